import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { WarmingUp } from '../report'
import { round } from '../text'

const LOAD = { inFlight: 64, bytes: 1024, warmMs: 0 }
const LASTING = { full: { seconds: 20, ms: 1000 }, quick: { seconds: 2, ms: 150 } }

const measure = (bench: Bench, storage: string): Promise<WarmingUp> => {
  const { isQuick, compactEntries, nodeFlags: execArgv } = bench.options
  // of its own where processes are used again
  const fresh = [...execArgv, `--title=warming-${storage}`]
  return onCluster(bench, { storage, compactEntries, execArgv: fresh }, async cluster => {
    const { seconds, ms } = isQuick ? LASTING.quick : LASTING.full
    const leader = await cluster.leader()
    const parts = Array.from({ length: seconds })
    const measured = await eachInTurn(parts, () => leader.ask('append', { ...LOAD, ms }))
    return { storage, inFlight: LOAD.inFlight, partMs: ms, perSecond: measured.map(({ perSecond }) => perSecond) }
  })
}

/** How much a cluster does from when it has grown on, a second after another: V8 compiles meanwhile. */
export const warming: Scenario = {
  names: ['warming'],
  run: async bench => ({
    warming: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(`${storage}: appends/s one second after another: ${told.perSecond.map(round).join(' ')}`)
      return told
    }),
  }),
}
