import type { AloneProcess } from '../alone'
import { Asker } from '../asking'
import { eachInTurn, type Bench, type Scenario } from '../bench'
import { median, spreadOf } from '../figures'
import type { Alone } from '../report'
import { round } from '../text'

const BYTES = 1024
/** So many for each of those in flight, but at least and at most so many. */
const TURNS = { full: 1000, quick: 50 }
const LEAST = { full: 10_000, quick: 500 }
const MOST = { full: 200_000, quick: 2000 }

function countOf({ options: { isQuick } }: Bench, inFlight: number): number {
  const of = (counts: { readonly full: number; readonly quick: number }) => (isQuick ? counts.quick : counts.full)
  return Math.min(of(MOST), Math.max(of(LEAST), of(TURNS) * inFlight))
}

/** In a process that has done the same before, so that its code is compiled. */
async function measure(bench: Bench, process: AloneProcess, inFlight: number): Promise<Alone> {
  const load = { count: countOf(bench, inFlight), inFlight, bytes: BYTES }
  await process.ask('append', load)
  const rounds = Array.from({ length: bench.options.rounds })
  const times = await eachInTurn(rounds, () => process.ask('append', load))
  return { inFlight, cpuUs: median(times), spread: spreadOf(times) }
}

/** What kayak's own work takes: three members in one process, on memory instead of disks and sockets. */
export const alone: Scenario = {
  names: ['alone'],
  async run(bench) {
    const { workshop, options, say } = bench
    const process: AloneProcess = new Asker(workshop.fork('alone', [options.kayak]))
    await process.ask('open', { compactEntries: options.compactEntries })
    const told = await eachInTurn(options.inFlight, inFlight => measure(bench, process, inFlight))
    for (const { inFlight, cpuUs } of told)
      say(
        `without disks and sockets, ${inFlight} in flight: an append takes ${round(cpuUs)} us of a core, of all three`,
      )
    await workshop.end(process.child)
    return { alone: told }
  },
}
