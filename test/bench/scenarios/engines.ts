import { Asker } from '../asking'
import { eachInTurn, type Bench, type Scenario } from '../bench'
import { enginesThere, type EngineProcess } from '../engines'
import { median, spreadOf } from '../figures'
import type { Engine } from '../report'
import { round } from '../text'

const BYTES = 1024
const ENTRIES = { full: [1, 10, 100, 1000], quick: [100] }
/** Batches that are written before, and those that count. */
const BATCHES = { full: { warm: 200, counted: 200 }, quick: { warm: 5, counted: 5 } }

/** The median of some batches of one engine, in a process and a folder of its own. */
async function measure({ workshop, options }: Bench, engine: string, entries: number): Promise<number> {
  const { warm, counted } = BATCHES[options.isQuick ? 'quick' : 'full']
  const dir = workshop.folder(`engine-${engine}`)
  const process: EngineProcess = new Asker(workshop.fork('engine', [options.kayak]))
  await process.ask('open', { engine, dir })
  await process.ask('write', { entries, bytes: BYTES, batches: warm })
  const times = await process.ask('write', { entries, bytes: BYTES, batches: counted })
  await workshop.end(process.child)
  workshop.remove(dir)
  return median(times)
}

/** The engines in alternation, so many rounds. */
async function compare(bench: Bench, engines: readonly string[], entries: number): Promise<readonly Engine[]> {
  const rounds = Array.from({ length: bench.options.rounds })
  const measured = await eachInTurn(rounds, () => eachInTurn(engines, engine => measure(bench, engine, entries)))
  return engines.map((engine, nth) => {
    const times = measured.map(all => all[nth] ?? NaN)
    return { engine, entries, batchMs: median(times), spread: spreadOf(times) }
  })
}

/** What a batch of a log takes until it is durable, by kayak's storages and, where rivals are measured, the engines that are installed. */
export const engines: Scenario = {
  names: ['engines'],
  async run(bench) {
    const { isQuick, withRivals } = bench.options
    const names = [...bench.storages, ...(withRivals ? enginesThere() : [])]
    const told = (
      await eachInTurn(ENTRIES[isQuick ? 'quick' : 'full'], entries => compare(bench, names, entries))
    ).flat()
    for (const name of names) {
      const times = told
        .filter(({ engine }) => engine === name)
        .map(({ entries, batchMs }) => `${entries}: ${round(batchMs)}`)
      bench.say(`${name}: ms until a batch of so many entries is durable, ${times.join(', ')}`)
    }
    return { engines: told }
  },
}
