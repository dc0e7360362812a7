import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { ByPayload } from '../report'
import { figuresText } from '../text'
import { warmUp } from '../warming'

const KIB = 1024
const SIZES = { full: [16, 128, KIB, 8 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB], quick: [16, 64 * KIB] }
/** No more is under way at once, so that no budget binds. */
const MOST_BYTES = 4 * KIB * KIB
const MOST_IN_FLIGHT = 256

const measure = (bench: Bench, storage: string): Promise<readonly ByPayload[]> => {
  const { isQuick, compactEntries, warmMs, ms } = bench.options
  return onCluster(bench, { storage, compactEntries }, async cluster => {
    await warmUp(bench.options, async load => (await cluster.leader()).ask('append', load))
    return eachInTurn(isQuick ? SIZES.quick : SIZES.full, async bytes => {
      const inFlight = Math.min(MOST_IN_FLIGHT, MOST_BYTES / bytes)
      const measured = await (await cluster.leader()).ask('append', { inFlight, bytes, warmMs, ms })
      const mbPerSecond = (measured.perSecond * bytes) / 1e6
      bench.say(
        `${storage}: ${bytes} B, ${inFlight} in flight ${figuresText(measured)}, ${mbPerSecond.toFixed(1)} MB/s`,
      )
      return { storage, payloadBytes: bytes, inFlight, mbPerSecond, ...measured }
    })
  })
}

/** Appends of small payloads and of the largest that are allowed by default. */
export const payloads: Scenario = {
  names: ['payloads'],
  run: async bench => ({ payloads: (await eachStorage(bench, storage => measure(bench, storage))).flat() }),
}
