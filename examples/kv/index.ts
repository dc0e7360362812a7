/**
 * A key-value store with watches over HTTP: three members, each with a server that takes any request.
 *
 *   npm run example kv                  a client writes, compares and sets, watches, and loses a member
 *   npm run example kv -- --serve       it goes on, for a client of your own
 */
import type { Host } from 'kayak'
import { claim, interrupted, onStage, say, type Stage } from '../common/stage.js'
import { leaderOf, trio } from '../common/trio.js'
import { put, some, watch } from './client.js'
import { serverOf } from './server.js'
import { codec, storeOn, type Command } from './store.js'

interface Served {
  readonly host: Host<Command>
  readonly url: string
}

async function play(stage: Stage): Promise<void> {
  await using cluster = await trio<Command>(stage, () => ({ codec }))
  const apps = cluster.hosts.map(host => ({ host, app: serverOf(host, storeOn(host)) }))
  try {
    const served = await Promise.all(
      apps.map(async ({ host, app }) => ({ host, url: await app.listen({ host: '127.0.0.1', port: 0 }) })),
    )
    await (stage.args.includes('--serve') ? serve(stage, served) : script(served))
  } finally {
    await Promise.all(apps.map(({ app }) => app.close()))
  }
}

async function script(served: readonly Served[]): Promise<void> {
  const leader = await leaderOf(served.map(({ host }) => host))
  const [one, other] = served.filter(({ host }) => host !== leader).map(({ url }) => url)
  const [first = ''] = served.filter(({ host }) => host === leader).map(({ url }) => url)

  const blue = (await put(`${first}/keys/color`, 'blue')).headers.get('etag') ?? ''
  const read = await fetch(`${other}/keys/color`)
  claim('what was written on one member is read on another', (await read.text()) === 'blue')
  claim('with the version that the writer was told', read.headers.get('etag') === blue)

  const rivals = await Promise.all([
    put(`${first}/keys/color`, 'green', { 'if-match': blue }),
    put(`${one}/keys/color`, 'red', { 'if-match': blue }),
  ])
  const [winner, loser] = rivals.toSorted((a, b) => a.status - b.status)
  claim('of two who have read the same version one is served', winner?.status === 200 && loser?.status === 412)
  const taken = await put(`${one}/keys/color`, 'white', { 'if-none-match': '*' })
  claim('what must be new is refused where it is not', taken.status === 412)

  await leader.stop()
  say('the leader has been stopped')
  await put(`${one}/keys/size`, 'large')
  await fetch(`${other}/keys/color`, { method: 'DELETE' })
  claim('the others go on', (await fetch(`${one}/keys/color`)).status === 404)

  const changes = await some(watch(one ?? '', 1), 4)
  for (const { version, key, value } of changes) say(`    ${version}  ${key} ${value ?? 'is deleted'}`)
  const told = changes.map(({ key, value }) => value ?? `${key} deleted`)
  const kept = rivals[0].status === 200 ? 'green' : 'red'
  claim('a watch tells of what has changed, in order', told.join() === `blue,${kept},large,color deleted`)
  const rest = await some(watch(other ?? '', (changes[1]?.version ?? 0) + 1), 2)
  claim(
    'who has seen some of it gets the rest, from another member',
    JSON.stringify(rest) === JSON.stringify(changes.slice(2)),
  )
}

async function serve(stage: Stage, served: readonly Served[]): Promise<void> {
  for (const { url } of served) say(`a member serves ${url}`)
  const [{ url } = { url: '' }] = served
  say(`\n  curl ${url}/watch?from=1 &\n  curl -i -X PUT ${url}/keys/color --data blue\n  curl -i ${url}/keys/color\n`)
  await interrupted(stage)
}

export const run = (args: readonly string[]): Promise<number> => onStage(args, play)
