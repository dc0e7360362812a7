import { eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Member } from '../cluster'
import type { Idle } from '../report'
import { round } from '../text'

const LASTING_MS = { full: 20_000, quick: 1000 }
/** After which nothing is left to do of how it began. */
const SETTLING_MS = { full: 3000, quick: 300 }

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

async function look(member: Member) {
  const { cpuMs } = await member.ask('usage', undefined)
  const { messages, types } = await member.ask('traffic', undefined)
  return { cpuMs, messages, types }
}

type Sight = Awaited<ReturnType<typeof look>>

/** Messages of each type that have been sent between two looks, by all together. */
function typesBetween(before: readonly Sight[], after: readonly Sight[]): Record<string, number> {
  const sum: Record<string, number> = {}
  after.forEach(({ types }, at) => {
    for (const [type, count] of Object.entries(types))
      sum[type] = (sum[type] ?? 0) + count - (before[at]?.types[type] ?? 0)
  })
  return sum
}

const measure = (bench: Bench, storage: string): Promise<Idle> =>
  onCluster(bench, { storage }, async cluster => {
    const { leader, followers } = await cluster.parts()
    const members = [leader, ...followers]
    const [settlingMs, lastingMs] = bench.options.isQuick
      ? [SETTLING_MS.quick, LASTING_MS.quick]
      : [SETTLING_MS.full, LASTING_MS.full]
    await leader.ask('fill', { count: 1000, inFlight: 64, bytes: 1024 })
    await sleep(settlingMs)
    const [before, begun] = [await Promise.all(members.map(look)), performance.now()]
    await sleep(lastingMs)
    const [after, lastedMs] = [await Promise.all(members.map(look)), performance.now() - begun]
    const cpuPercent = after.map(({ cpuMs }, at) => (100 * (cpuMs - (before[at]?.cpuMs ?? 0))) / lastedMs)
    const messages = after.reduce((sum, sight, at) => sum + sight.messages - (before[at]?.messages ?? 0), 0)
    const perSecond = (count: number): number => (1000 * count) / lastedMs
    return {
      ...{ storage, lastedMs, cpuPercent },
      messagesPerSecond: perSecond(messages),
      types: Object.fromEntries(
        Object.entries(typesBetween(before, after)).map(([type, count]) => [type, perSecond(count)]),
      ),
    }
  })

/** What three members do that have nothing to do: the leader's part of a core, then the others'. */
export const idle: Scenario = {
  names: ['idle'],
  run: async bench => ({
    idle: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      const types = Object.entries(told.types).flatMap(([type, count]) =>
        count > 0 ? [`${round(count)} ${type}`] : [],
      )
      bench.say(
        `${storage}: idle members take ${told.cpuPercent.map(round).join(', ')} % of a core and send ` +
          `${round(told.messagesPerSecond)} messages/s: ${types.join(', ')}`,
      )
      return told
    }),
  }),
}
