import { eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Rejoin } from '../report'
import { round } from '../text'

const MISSED = { entries: 100_000, quick: 1000 }
const BYTES = 1024

/** Nobody compacts meanwhile, so that the member gets each entry that it has missed. */
const measure = (bench: Bench, storage: string): Promise<Rejoin> =>
  onCluster(bench, { storage }, async cluster => {
    const { leader, followers } = await cluster.parts()
    const [away] = followers
    if (away === undefined) throw new Error('There is no follower.')
    const entries = bench.options.isQuick ? MISSED.quick : MISSED.entries
    await away.kill()
    await leader.ask('fill', { count: entries, inFlight: 256, bytes: BYTES })
    const begun = performance.now()
    const openMs = await away.restart()
    const opened = performance.now()
    await away.ask('caughtUp', undefined)
    const [caughtUpMs, allMs] = [performance.now() - opened, performance.now() - begun]
    return {
      storage,
      entries,
      payloadBytes: BYTES,
      openMs,
      caughtUpMs,
      allMs,
      perSecond: (1000 * entries) / caughtUpMs,
    }
  })

/** How long a member takes that comes back after it has missed many entries. */
export const rejoin: Scenario = {
  names: ['rejoin'],
  run: async bench => ({
    rejoin: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: rejoined after ${told.entries} missed entries in ${round(told.allMs)} ms, ` +
          `${round(told.perSecond)} entries/s once it was open`,
      )
      return told
    }),
  }),
}
