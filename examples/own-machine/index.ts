import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shrink, simulate, spaceTimePage, TROUBLE, type TraceEvent } from 'kayak/testing'
import { buyers } from './buyers.js'
import { MendedOffice, TicketOffice } from './office.js'

const SEEDS = 8
const MOST_RUNS = 40

/** What a machine has to live with most: snapshots, and lives that begin with one. By default everything goes wrong. */
const faults = { ...TROUBLE, everyMs: { compaction: 250, crash: 400, partition: 1000 } }

/** One run: all that it does follows from its seed and the machine. */
const runOf = (seed: number, machine: () => TicketOffice) => {
  return { seed, machine, workload: buyers, faults, duration: 1500 }
}

/** Tries seeds until one fails. */
function firstFailure(seeds: readonly number[], machine: () => TicketOffice): number | undefined {
  return seeds.find(seed => !simulate(runOf(seed, machine)).ok)
}

/** Makes the run of a seed small, says what it fails of, and writes a page to see how it comes to that. */
function explain(seed: number, machine: () => TicketOffice, file: string): void {
  const run = runOf(seed, machine)
  const whole = simulate(run)
  const { options, report, runs } = shrink(run, MOST_RUNS)
  const events: TraceEvent[] = []
  simulate({ ...options, observe: event => void events.push(event) })
  const [failure = ''] = report.failure?.split('\n') ?? []
  writeFileSync(file, spaceTimePage(`The ticket office, seed ${seed}`, events))
  console.log(`  seed ${seed} fails: ${failure}`)
  console.log(`  shrunk by ${runs} runs: ${whole.plan.length} faults to ${report.plan.length}`)
  console.log(`  what it takes: ${report.plan.map(({ kind, atMs }) => `${kind} at ${atMs} ms`).join(', ')}`)
  console.log(`  run it again: npm run example own-machine ${seed}`)
  console.log(`  see it: ${file}`)
}

function play(given: string | undefined): boolean {
  const seeds = given === undefined ? Array.from({ length: SEEDS }, (_, at) => at + 1) : [Number(given)]
  if (!seeds.every(Number.isSafeInteger)) throw new RangeError(`A seed is a whole number, not ${String(given)}.`)
  console.log('A ticket office whose snapshots forget the seats that are held:')
  const seed = firstFailure(seeds, () => new TicketOffice())
  if (seed === undefined) console.log('  nothing found')
  else explain(seed, () => new TicketOffice(), join(tmpdir(), `kayak-own-machine-${seed}.html`))
  console.log('The same, mended:')
  const mended = firstFailure(seeds, () => new MendedOffice())
  console.log(
    mended === undefined
      ? `  nothing found with ${seeds.length === 1 ? 'that seed' : `${seeds.length} seeds`}`
      : `  seed ${mended} fails`,
  )
  return seed !== undefined && mended === undefined
}

export function run([seed]: readonly string[]): number {
  try {
    return play(seed) ? 0 : 1
  } catch (error) {
    console.error(error instanceof RangeError ? error.message : error)
    return 2
  }
}
