import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { determinism } from '../../lib/testing/invariants'
import { explainFailure, simulationCommand } from '../../lib/testing/simulation/command'
import { campaign } from './campaign'
import type { Batch, Ran } from './messages'
import { runAll } from './pool'
import { work } from './worker'

const TYPED = 'npm run simulate --'
const SURROUNDINGS = {
  typed: TYPED,
  print: (line: string) => console.log(line),
  now: () => performance.now(),
  save: (file: string, text: string) => writeFileSync(file, text),
}
const BATCH = 10
const PROGRESS_EVERY_MS = 10_000

/** Seeds that nobody has run before: from a number that the time of day gives. */
const fresh = (): number => 1_000_000 + (Math.floor(Date.now() / 1000) % 1_000_000_000)

/** Seeds that have shown a fault of kayak, or of what checks it. */
const KEPT: readonly number[] = [34, 161, 182, 201, 292, 478, 796620665, 796622200, 796765643, 796801456]

/** Ends a run of seeds early, with what it has come to. */
const interruption = new AbortController()

/** Batches of seeds from `from` on, until there have been `count` or the time is over; each `times` times. */
function* batches(from: number, count: number, times: number, isOver: () => boolean): Generator<Batch> {
  for (let at = 0; at < count && !isOver(); at += BATCH)
    for (let time = 0; time < times; time++)
      yield Array.from({ length: Math.min(BATCH, count - at) }, (_, offset) => from + at + offset)
}

/** What has come of all seeds so far. */
class Tally {
  private readonly first = new Map<number, Ran>()
  private readonly begun = performance.now()
  private told = this.begun
  private events = 0
  private virtualMs = 0
  private tookMs = 0
  private stranded = 0
  readonly failures: Ran[] = []
  readonly differences: string[] = []

  take(ran: readonly Ran[]): void {
    for (const one of ran) this.add(one)
    if (performance.now() - this.told < PROGRESS_EVERY_MS) return
    this.told = performance.now()
    console.log(`  ${this.text}`)
  }

  get text(): string {
    const seconds = Math.round((performance.now() - this.begun) / 1000)
    const perSecond = Math.round((1000 * this.events) / this.tookMs)
    const times = Math.round(this.virtualMs / this.tookMs)
    return (
      `${this.first.size} seeds, ${this.failures.length} fail, ${this.differences.length} differ when run again, ` +
      `${this.stranded} without a quorum at the end; ${this.events} events in ${seconds} s: ` +
      `${perSecond} events a second and ${times} times real time on one core`
    )
  }

  private add(one: Ran): void {
    this.events += one.events
    this.virtualMs += one.virtualMs
    this.tookMs += one.tookMs
    const before = this.first.get(one.seed)
    if (before !== undefined) {
      const difference = determinism(before, one)
      if (difference !== undefined) this.differences.push(difference)
      return
    }
    this.first.set(one.seed, one)
    this.stranded += Number(one.isStranded)
    if (!one.ok) this.failures.push(one)
  }
}

/** Runs seeds on all cores; true if all was well. */
async function runSeeds(from: number, count: number, times: number, minutes: number): Promise<boolean> {
  const end = performance.now() + minutes * 60_000
  console.log(`seeds from ${from} on, ${times === 1 ? 'once' : `${times} times`}`)
  return runBatches(isOver => batches(from, count, times, () => isOver() || performance.now() >= end))
}

async function runBatches(of: (isOver: () => boolean) => Iterator<Batch>): Promise<boolean> {
  const tally = new Tally()
  const isOver = (): boolean => tally.failures.length > 0 || interruption.signal.aborted
  await runAll(of(isOver), ran => tally.take(ran))
  console.log(tally.text)
  for (const difference of tally.differences) console.log(difference)
  for (const { seed, failure } of tally.failures.slice(0, 3)) {
    console.log(failure)
    explainFailure(campaign, seed, SURROUNDINGS)
  }
  return tally.failures.length + tally.differences.length === 0
}

/** What CI runs: the same seeds each time, twice, and then some that nobody has run before. */
async function check(): Promise<boolean> {
  console.log(`seeds ${KEPT.join(', ')}`)
  if (!(await runBatches(() => [KEPT].values()))) return false
  return (await runSeeds(1, 2000, 2, Infinity)) && (await runSeeds(fresh(), Infinity, 1, 0.25))
}

function soak(words: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...words], options: { minutes: { type: 'string' }, from: { type: 'string' } } })
  const [minutes, from] = [Number(values.minutes ?? 10), Number(values.from ?? fresh())]
  if (!(minutes > 0) || !Number.isSafeInteger(from)) throw new RangeError('soak takes --minutes N and --from SEED.')
  return runSeeds(from, Infinity, 1, minutes)
}

async function main([word, ...words]: readonly string[]): Promise<number> {
  if (word === 'check') return (await check()) ? 0 : 1
  if (word === 'soak') return (await soak(words)) ? 0 : 1
  return simulationCommand(campaign, word === undefined ? [] : [word, ...words], SURROUNDINGS)
}

const [, , ...words] = process.argv
const isWorker = words[0] === 'worker'
// a worker ends when its parent lets go of it, who first hears what has come of what is on; a single run just ends
if (isWorker || ['check', 'soak'].includes(words[0] ?? ''))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => isWorker || interruption.abort())
if (isWorker) work()
else
  main(words).then(
    status => (process.exitCode = interruption.signal.aborted ? 130 : status),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      process.exitCode = 1
    },
  )
