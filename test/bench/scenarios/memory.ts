import { eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Member } from '../cluster'
import type { Memory } from '../report'
import { round } from '../text'

const ENTRIES = { full: 50_000, quick: 1000 }
/** By then what memory keeps of any log is there: what comes on top is what an entry more takes. */
const SETTLED = { full: 20_000, quick: 500 }
const BYTES = 1024

const usageOf = (members: readonly Member[]) => Promise.all(members.map(member => member.ask('collected', undefined)))

/** Nobody compacts, so that all entries are retained; in processes that have done nothing else, which a title sees to. */
const measure = (bench: Bench, storage: string): Promise<Memory> =>
  onCluster(bench, { storage, execArgv: [`--title=memory-${storage}`] }, async cluster => {
    const { leader, followers } = await cluster.parts()
    const members = [leader, ...followers.slice(0, 1)]
    const entries = bench.options.isQuick ? ENTRIES.quick : ENTRIES.full
    await leader.ask('fill', {
      count: bench.options.isQuick ? SETTLED.quick : SETTLED.full,
      inFlight: 256,
      bytes: BYTES,
    })
    await Promise.all(members.map(member => member.ask('caughtUp', undefined)))
    const before = await usageOf(members)
    await leader.ask('fill', { count: entries, inFlight: 256, bytes: BYTES })
    await Promise.all(members.map(member => member.ask('caughtUp', undefined)))
    const [atLeader, atFollower] = (await usageOf(members)).map(({ rssBytes, liveBytes }, at) => ({
      rssBytes: (rssBytes - (before[at]?.rssBytes ?? 0)) / entries,
      liveBytes: (liveBytes - (before[at]?.liveBytes ?? 0)) / entries,
    }))
    if (atLeader === undefined || atFollower === undefined) throw new Error('There is no follower.')
    return { storage, entries, payloadBytes: BYTES, leader: atLeader, follower: atFollower }
  })

/** What an entry that is retained takes of memory, by entry. */
export const memory: Scenario = {
  names: ['memory'],
  run: async bench => ({
    memory: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: a retained entry of ${BYTES} B takes ${round(told.leader.liveBytes)} B live and ` +
          `${round(told.leader.rssBytes)} B of RSS at the leader, ` +
          `${round(told.follower.liveBytes)} and ${round(told.follower.rssBytes)} B at a follower`,
      )
      return told
    }),
  }),
}
