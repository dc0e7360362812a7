import { eachInTurn, eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { BySize } from '../report'
import { figuresText } from '../text'
import { warmUp } from '../warming'

const SIZES = { full: [1, 2, 3, 4, 5, 6, 7], quick: [1, 3] }
const LEVELS = { full: [1, 64, 256], quick: [64] }
const BYTES = 1024

async function measure(bench: Bench, storage: string, members: number): Promise<readonly BySize[]> {
  const { isQuick, compactEntries, warmMs, ms } = bench.options
  return onCluster(
    bench,
    { storage, compactEntries },
    async cluster => {
      await warmUp(bench.options, async load => (await cluster.leader()).ask('append', load))
      return eachInTurn(isQuick ? LEVELS.quick : LEVELS.full, async inFlight => {
        const measured = await (await cluster.leader()).ask('append', { inFlight, bytes: BYTES, warmMs, ms })
        bench.say(`${storage}: ${members} members, ${String(inFlight).padStart(4)} in flight ${figuresText(measured)}`)
        return { storage, members, inFlight, ...measured }
      })
    },
    members,
  )
}

/** Appends to clusters of one to seven members. */
export const members: Scenario = {
  names: ['members'],
  run: async bench => ({
    members: (
      await eachStorage(bench, storage =>
        eachInTurn(bench.options.isQuick ? SIZES.quick : SIZES.full, size => measure(bench, storage, size)),
      )
    ).flat(2),
  }),
}
