/**
 * A Fastify service with kayak inside: three of them behind a load balancer, which asks who is ready. The one that leads is
 * shut down while requests come in, and none of them is lost.
 *
 *   npm run example fastify                          as told
 *   npm run example fastify -- --serve               one service, which Ctrl-C shuts down
 */
import { join } from 'node:path'
import { claim, interrupted, onStage, say, type Stage } from '../common/stage.js'
import { leaderOf } from '../common/trio.js'
import { Balancer, isReady, statusOf } from './balancer.js'
import { startService, type Place, type Service } from './service.js'

const LANES = 8
const VISITS_A_LANE = 40

async function serve(stage: Stage): Promise<void> {
  const service = await startService({ dataDir: join(stage.folder, 'a') })
  say(`  curl -X POST ${service.url}/visits/home\n  curl ${service.url}/visits/home\n  curl -i ${service.url}/ready`)
  await interrupted(stage)
  say('\nShutting down …')
  await service.shutDown()
}

async function script(stage: Stage): Promise<void> {
  const services: Service[] = []
  const begin = async (place: Place): Promise<Service> => {
    stage.signal.throwIfAborted()
    const service = await startService(place)
    services.push(service)
    return service
  }
  const end = () => Promise.all(services.map(service => service.shutDown(Promise.resolve())))
  stage.signal.addEventListener('abort', () => void end())
  try {
    const a = await begin({ dataDir: join(stage.folder, 'a') })
    const peer = a.host.self.address
    const b = await begin({ dataDir: join(stage.folder, 'b'), peer })
    const c = await begin({ dataDir: join(stage.folder, 'c'), peer })
    await Promise.all(services.map(isReady))
    say('three services are ready')
    const left = await shutDownOne([a, b, c], stage)
    await loseMajority(left, begin)
  } finally {
    await end()
  }
}

/** Shuts down the service that leads, under load, and gives the others. */
async function shutDownOne(services: readonly Service[], { signal }: Stage): Promise<readonly Service[]> {
  const leading = await leaderOf(services.map(({ host }) => host))
  const [leader] = services.filter(({ host }) => host === leading)
  const [other, last] = services.filter(({ host }) => host !== leading)
  if (leader === undefined || other === undefined || last === undefined) throw new Error('There are three.')

  const balancer = new Balancer(services, signal)
  await balancer.look()
  const lane = async (): Promise<readonly number[]> => {
    const statuses: number[] = []
    for (let visit = 0; visit < VISITS_A_LANE; visit++) statuses.push(await balancer.post('/visits/home'))
    return statuses
  }
  const lanes = Promise.all(Array.from({ length: LANES }, lane))
  const noticed = balancer.drained(leader)
  await leader.shutDown(noticed.then(() => say('the balancer has noticed that one is leaving')))
  say('it led, and has been shut down while visits came in')
  const statuses = (await lanes).flat()
  const lost = statuses.filter(status => status !== 200)
  claim(
    `all ${statuses.length} visits were answered${lost.map(status => `, but for ${status}`).join('')}`,
    lost.length === 0,
  )
  const text = await (await fetch(`${last.url}/visits/home`)).text()
  claim('and each was counted once', text === JSON.stringify({ count: statuses.length }))
  return [other, last]
}

async function loseMajority(
  [other, last]: readonly Service[],
  begin: (place: Place) => Promise<Service>,
): Promise<void> {
  if (other === undefined || last === undefined) throw new Error('There are two.')
  await other.shutDown(Promise.resolve())
  const [live, ready] = [await statusOf(`${last.url}/live`), await statusOf(`${last.url}/ready`)]
  claim('one of three alone is live, and not ready', live === 200 && ready === 503)
  await begin(other.place)
  await isReady(last)
  say('with a second one, on the folder that it had, it is ready again')
}

export const run = (args: readonly string[]): Promise<number> =>
  onStage(args, stage => (stage.args.includes('--serve') ? serve(stage) : script(stage)))
