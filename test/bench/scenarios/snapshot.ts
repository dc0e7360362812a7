import { eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { SnapshotTransfer } from '../report'
import { round } from '../text'

const MIB = 2 ** 20
const SIZE = { full: 256 * MIB, quick: 2 * MIB }
/** More than is kept of the log behind a snapshot. */
const MISSED = { full: { count: 5000, inFlight: 256, bytes: 1024 }, quick: { count: 5000, inFlight: 1024, bytes: 16 } }
/** By default a member sends 64 MiB a second. */
const UNBOUNDED = 8 * 1024 * MIB

/** Megabytes a second of a snapshot to a member that comes back, to what it takes to have it whole on its disk. */
const transfer = (bench: Bench, storage: string, bytes: number, options: object): Promise<number> =>
  onCluster(bench, { storage, options }, async cluster => {
    const { leader, followers } = await cluster.parts()
    const [away] = followers
    if (away === undefined) throw new Error('There is no follower.')
    await away.kill()
    await leader.ask('fill', bench.options.isQuick ? MISSED.quick : MISSED.full)
    await leader.ask('compact', { bytes })
    await away.restart()
    const begun = performance.now()
    await away.ask('caughtUp', undefined)
    return bytes / 1e6 / ((performance.now() - begun) / 1000)
  })

async function measure(bench: Bench, storage: string): Promise<SnapshotTransfer> {
  const bytes = bench.options.isQuick ? SIZE.quick : SIZE.full
  const mbPerSecond = await transfer(bench, storage, bytes, { snapshotBytesPerSecond: UNBOUNDED })
  const mbPerSecondByDefault = await transfer(bench, storage, bytes, {})
  return { storage, bytes, mbPerSecond, mbPerSecondByDefault }
}

/** How fast a leader's snapshot comes to another member. */
export const snapshot: Scenario = {
  names: ['snapshot'],
  run: async bench => ({
    snapshot: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      const { bytes, mbPerSecond, mbPerSecondByDefault } = told
      bench.say(
        `${storage}: a snapshot of ${bytes / MIB} MiB at ${round(mbPerSecond)} MB/s, ` +
          `${round(mbPerSecondByDefault)} MB/s with the default bound of 67 MB/s`,
      )
      return told
    }),
  }),
}
