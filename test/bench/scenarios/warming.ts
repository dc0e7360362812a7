import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { WarmingUp } from '../report'
import { round } from '../text'

const LOAD = { inFlight: 64, bytes: 1024, warmMs: 0 }
const PARTS = { full: 20, quick: 2 }
const MOST_MS = 1000

const measure = (bench: Bench, storage: string): Promise<WarmingUp> => {
  const { isQuick, compactEntries, nodeFlags: execArgv } = bench.options
  // of its own where processes are used again
  const fresh = [...execArgv, `--title=warming-${storage}`]
  return onCluster(bench, { storage, compactEntries, execArgv: fresh }, async cluster => {
    const leader = await cluster.leader()
    const ms = Math.min(MOST_MS, bench.options.ms)
    const parts = Array.from({ length: isQuick ? PARTS.quick : PARTS.full })
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
      bench.say(`${storage}: appends/s, ${told.partMs} ms after another: ${told.perSecond.map(round).join(' ')}`)
      return told
    }),
  }),
}
