/**
 * Feature flags: a web page is a client of the cluster, and shows each switch as it commits.
 *
 *   npm run example flags                    what the page does, in Node, while flags are switched and a member is lost
 *   npm run example flags -- --serve         the page, for a browser
 */
import { gzipSync } from 'node:zlib'
import { BehaviorSubject, filter, firstValueFrom, timeout, type Observable } from 'rxjs'
import type { Host } from 'kayak'
import { claim, interrupted, onStage, say, type Stage } from '../common/stage.js'
import { trio } from '../common/trio.js'
import { codec, flagsOn, type Command } from './flags.js'
import { follow, type Following, type Seen } from './follow.js'
import { siteOf } from './site.js'

async function play(stage: Stage): Promise<void> {
  const addresses: string[] = []
  const site = await siteOf(() => addresses)
  try {
    const url = await site.listen({ host: '127.0.0.1', port: 0 })
    // pages of this site may connect, and no others; a site for strangers would ask for a token, too
    await using cluster = await trio<Command>(stage, () => ({ codec, clients: { origins: [url] } }))
    addresses.push(...cluster.hosts.map(({ self }) => self.address))
    if (stage.args.includes('--serve')) await serve(stage, cluster.hosts[0], url)
    else await script(cluster.hosts, url)
  } finally {
    await site.close()
  }
}

async function serve(stage: Stage, host: Host<Command>, url: string): Promise<void> {
  const flags = flagsOn(host)
  await flags.propose({ type: 'switch', name: 'dark-mode', isOn: false })
  say(`  open ${url} in a browser, or in two`)
  await interrupted(stage)
}

async function script(hosts: readonly Host<Command>[], url: string): Promise<void> {
  const program = Buffer.from(await (await fetch(`${url}/follow.js`)).arrayBuffer())
  say(`the program of the page takes ${Math.round(gzipSync(program).length / 1024)} KiB, compressed`)
  // what the page gets, and what it does with it
  const addresses = (await (await fetch(`${url}/members`)).json()) as string[] // written by siteOf
  const seen$ = new BehaviorSubject<Seen>({ flags: {}, from: undefined })
  const told: string[] = []
  const page = await follow(
    addresses,
    seen => seen$.next(seen),
    line => told.push(line.replace(/^\d+: /, '')),
  )
  try {
    await switching(hosts, page, seen$, told)
  } finally {
    await page.stop()
  }
}

async function switching(
  hosts: readonly Host<Command>[],
  page: Following,
  seen$: Observable<Seen>,
  told: readonly string[],
): Promise<void> {
  const shows = (isSo: (seen: Seen) => boolean): Promise<Seen> =>
    firstValueFrom(seen$.pipe(filter(isSo), timeout(30_000)))

  const [member] = hosts.map(flagsOn)
  await member?.propose({ type: 'switch', name: 'dark-mode', isOn: true })
  await shows(({ flags }) => flags['dark-mode'] === true)
  say('the page shows what a member has switched')
  await page.set('new-checkout', true)
  claim('a member knows what the page has switched', (await member?.read(flags => flags['new-checkout'])) === true)

  const { from } = await shows(seen => seen.from !== undefined)
  await hosts.find(({ self }) => self.address === from)?.stop()
  say('the member that the page was connected to is gone')
  await page.set('dark-mode', false)
  const after = await shows(({ flags }) => flags['dark-mode'] === false)
  claim('the page goes on with another one', after.from !== from)
  claim('it has told of each switch, in order', told.join() === 'dark-mode is on,new-checkout is on,dark-mode is off')
}

export const run = (args: readonly string[]): Promise<number> => onStage(args, play)
