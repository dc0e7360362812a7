import { eachInTurn, onCluster, type Bench, type Scenario } from '../bench'
import type { Member } from '../cluster'
import type { AtPosition, ByPosition } from '../report'
import { round } from '../text'

const POSITIONS = { full: [1000, 1_000_000], quick: [1000, 10_000] }
const BYTES = 1024
const FILLING = { inFlight: 256, bytes: BYTES }
/** What the processes have appended before, to a log of its own, so that their code is as fast as it gets. */
const WARMING = { full: 50_000, quick: 2000 }

/** Appends from a position on, one at a time and then many. */
async function appendAt({ options }: Bench, leader: Member, position: number): Promise<AtPosition> {
  const { warmMs, ms } = options
  const { head } = await leader.ask('view', undefined)
  await leader.ask('fill', { ...FILLING, count: Math.max(0, position - head) })
  const alone = await leader.ask('append', { inFlight: 1, bytes: BYTES, warmMs: 0, ms })
  const many = await leader.ask('append', { ...FILLING, warmMs, ms })
  return { position, oneP50Ms: alone.p50Ms, manyPerSecond: many.perSecond }
}

const measure = (bench: Bench, storage: string): Promise<ByPosition> => {
  const { isQuick, compactEntries } = bench.options
  return onCluster(bench, { storage, compactEntries }, async cluster => {
    await (await cluster.leader()).ask('fill', { ...FILLING, count: isQuick ? WARMING.quick : WARMING.full })
    await cluster.renew()
    const leader = await cluster.leader()
    const [first, last] = await eachInTurn(isQuick ? POSITIONS.quick : POSITIONS.full, position =>
      appendAt(bench, leader, position),
    )
    if (first === undefined || last === undefined) throw new Error('There are two positions.')
    return {
      storage,
      first,
      last,
      oneRatio: last.oneP50Ms / first.oneP50Ms,
      manyRatio: first.manyPerSecond / last.manyPerSecond,
    }
  })
}

/** What an append takes that is the millionth of its log, which is compacted, against the thousandth. */
export const positions: Scenario = {
  names: ['positions'],
  run: async bench => ({
    positions: await eachInTurn(bench.storages, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: append ${told.last.position} takes ${round(told.oneRatio)} x what ${told.first.position} does, ` +
          `${round(told.manyRatio)} x with ${FILLING.inFlight} in flight`,
      )
      return told
    }),
  }),
}
