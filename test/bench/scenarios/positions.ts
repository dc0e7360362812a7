import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Cluster, Member } from '../cluster'
import { median } from '../figures'
import type { AtPosition, ByPosition } from '../report'
import { round } from '../text'
import { warmUp } from '../warming'

const POSITIONS = { full: [1000, 1_000_000], quick: [500, 1500] } as const
const BYTES = 1024
const FILLING = { inFlight: 256, bytes: BYTES }

const fill = async (member: Member, count: number): Promise<number> => member.ask('fill', { ...FILLING, count })

/** Appends from where a log ends, one at a time and then many. */
async function appendAt({ options }: Bench, leader: Member, position: number): Promise<AtPosition> {
  const { warmMs, ms } = options
  const alone = await leader.ask('append', { inFlight: 1, bytes: BYTES, warmMs: 0, ms })
  const many = await leader.ask('append', { ...FILLING, warmMs, ms })
  return { position, oneP50Ms: alone.p50Ms, manyPerSecond: many.perSecond }
}

/** A new log, and the long one right after it, so that both are measured on the same machine. */
async function compareOnce(bench: Bench, long: Cluster, short: Cluster) {
  const [from, to] = bench.options.isQuick ? POSITIONS.quick : POSITIONS.full
  await short.renew()
  const leader = await short.leader()
  await fill(leader, from)
  const first = await appendAt(bench, leader, from)
  return { first, last: await appendAt(bench, await long.leader(), to) }
}

const measure = (bench: Bench, storage: string): Promise<ByPosition> => {
  const { isQuick, compactEntries, rounds } = bench.options
  const placing = { storage, compactEntries }
  return onCluster(bench, placing, long =>
    onCluster(bench, placing, async short => {
      await fill(await long.leader(), (isQuick ? POSITIONS.quick : POSITIONS.full)[1])
      // of the short log another is new for each pair
      for (const { leader } of [await long.parts(), await short.parts()])
        await warmUp(bench.options, load => leader.ask('append', load))
      const pairs = await eachInTurn(Array.from({ length: rounds }), () => compareOnce(bench, long, short))
      return {
        ...{ storage, pairs },
        oneRatio: median(pairs.map(({ first, last }) => last.oneP50Ms / first.oneP50Ms)),
        manyRatio: median(pairs.map(({ first, last }) => first.manyPerSecond / last.manyPerSecond)),
      }
    }),
  )
}

/** What an append takes that is the millionth of its log, which is compacted, against the thousandth. */
export const positions: Scenario = {
  names: ['positions'],
  run: async bench => ({
    positions: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: an append to a long log takes ${round(told.oneRatio)} x what one to a short log does, ` +
          `${round(told.manyRatio)} x with ${FILLING.inFlight} in flight`,
      )
      return told
    }),
  }),
}
