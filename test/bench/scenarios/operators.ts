import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Member } from '../cluster'
import { median } from '../figures'
import type { OperatorCost } from '../report'
import { round } from '../text'

const APPENDS = { full: 20_000, quick: 1000 }
const LOAD = { inFlight: 64, bytes: 1024 }
const ROUNDS = { full: 6, quick: 1 }

const cpuMs = async (member: Member): Promise<number> => (await member.ask('usage', undefined)).cpuMs

/** The processor's time that two followers take for the same appends, of which one feeds three operators. */
async function compareOnce(leader: Member, feeding: Member, other: Member, count: number) {
  await feeding.ask('subscribe', { operators: true })
  await other.ask('subscribe', {})
  const before = [await cpuMs(feeding), await cpuMs(other)] as const
  await leader.ask('fill', { ...LOAD, count })
  await Promise.all([feeding, other].map(member => member.ask('caughtUp', undefined)))
  return { withMs: (await cpuMs(feeding)) - before[0], withoutMs: (await cpuMs(other)) - before[1] }
}

const measure = (bench: Bench, storage: string): Promise<OperatorCost> => {
  const { isQuick } = bench.options
  const count = isQuick ? APPENDS.quick : APPENDS.full
  // nobody compacts, which would take a subscriber on either
  return onCluster(bench, { storage, compactEntries: 0 }, async cluster => {
    const { leader, followers } = await cluster.parts()
    const [one, other] = followers
    if (one === undefined || other === undefined) throw new Error('There are two followers.')
    await leader.ask('fill', { ...LOAD, count })
    // each of them in turn feeds the operators, so that what else is different about them cancels out
    const rounds = Array.from({ length: isQuick ? ROUNDS.quick : ROUNDS.full }, (_, at) => at % 2 === 0)
    const times = await eachInTurn(rounds, isOne =>
      compareOnce(leader, isOne ? one : other, isOne ? other : one, count),
    )
    const microseconds = (values: readonly number[]): number => (1000 * median(values)) / count
    const withUs = microseconds(times.map(({ withMs }) => withMs))
    const withoutUs = microseconds(times.map(({ withoutMs }) => withoutMs))
    return { storage, withUs, withoutUs, ratio: withUs / withoutUs }
  })
}

/** What it costs a member that its `committed$` feeds three operators. */
export const operators: Scenario = {
  names: ['operators'],
  run: async bench => ({
    operators: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: a follower takes ${round(told.withUs)} us of a core an append with three operators, ` +
          `${round(told.withoutUs)} without: ${round(told.ratio)} x`,
      )
      return told
    }),
  }),
}
