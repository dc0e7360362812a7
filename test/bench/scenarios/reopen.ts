import { eachStorage, onCluster, type Bench, type Scenario } from '../bench'
import type { Reopen } from '../report'
import { round } from '../text'

const ENTRIES = { full: 1_000_000, quick: 2_000 }
/** Small, so that the number of entries is what counts. */
const BYTES = 100

const measure = (bench: Bench, storage: string): Promise<Reopen> =>
  onCluster(
    bench,
    { storage },
    async ({ members: [member] }) => {
      if (member === undefined) throw new Error('There is no member.')
      const entries = bench.options.isQuick ? ENTRIES.quick : ENTRIES.full
      await member.ask('fill', { count: entries, inFlight: 1024, bytes: BYTES })
      await member.stop()
      const openMs = await member.restart()
      const { rssBytes } = await member.ask('collected', undefined)
      return { storage, entries, payloadBytes: BYTES, openMs, rssBytes }
    },
    1,
  )

/** How long a folder with a long log takes to open, and what it takes of memory. */
export const reopen: Scenario = {
  names: ['reopen'],
  run: async bench => ({
    reopen: await eachStorage(bench, async storage => {
      const told = await measure(bench, storage)
      bench.say(
        `${storage}: reopened ${told.entries} entries of ${BYTES} B in ${round(told.openMs)} ms, ` +
          `with ${round(told.rssBytes / 2 ** 20)} MiB in memory`,
      )
      return told
    }),
  }),
}
