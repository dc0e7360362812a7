import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { BySubscribers } from '../report'
import { figuresText } from '../text'
import { warmUp } from '../warming'

const COUNTS = { full: [1, 10, 100, 1000], quick: [1, 100] }
const LOAD = { inFlight: 256, bytes: 1024 }

const measure = (bench: Bench, storage: string): Promise<readonly BySubscribers[]> => {
  const { isQuick, compactEntries, warmMs, ms } = bench.options
  return onCluster(bench, { storage, compactEntries }, async cluster => {
    await warmUp(bench.options, async load => (await cluster.leader()).ask('append', load))
    return eachInTurn(isQuick ? COUNTS.quick : COUNTS.full, async subscribers => {
      await Promise.all(cluster.members.map(member => member.ask('subscribe', { plain: subscribers })))
      const measured = await (await cluster.leader()).ask('append', { ...LOAD, warmMs, ms })
      bench.say(`${storage}: ${String(subscribers).padStart(4)} subscribers on each member ${figuresText(measured)}`)
      return { storage, subscribers, inFlight: LOAD.inFlight, ...measured }
    })
  })
}

/** Appends while so many subscribe to `committed$`, on each member. */
export const subscribers: Scenario = {
  names: ['subscribers'],
  run: async bench => ({ subscribers: (await eachStorage(bench, storage => measure(bench, storage))).flat() }),
}
