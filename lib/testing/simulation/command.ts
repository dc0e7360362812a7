import { spaceTimePage } from '../replay/space-time-page.js'
import type { TraceEvent } from '../replay/trace-event.js'
import { parseArguments, USAGE, wordsOf, type Asked } from './arguments.js'
import { narrowed, narrowing } from './narrowing.js'
import type { SimulationOptions, SimulationReport } from './options.js'
import { shrink } from './shrink.js'
import { simulate } from './simulate.js'

/** Something that can be done with a simulation, whatever its machine is. */
export type Use<Result> = <State, Input, Output>(options: SimulationOptions<State, Input, Output>) => Result

/** What each seed simulates: it calls `use` with the options of a seed, and returns what that gives. */
export type Campaign = <Result>(seed: number, use: Use<Result>) => Result

/** What a command needs of the process that it is run by. */
export interface CommandSurroundings {
  /** What is typed to run it, without its words: `node simulate.js`. */
  readonly typed: string
  /** Says a line. */
  readonly print: (line: string) => void
  /** Milliseconds, going on steadily: `performance.now()`. */
  readonly now: () => number
  /** Writes a page to a file. Without it none can be asked for. */
  readonly save?: (file: string, text: string) => void
}

type Told = Pick<SimulationReport<unknown, unknown>, 'ok' | 'failure' | 'trace' | 'events' | 'virtualMs' | 'plan'>

const firstLine = (text = ''): string => text.split('\n', 1)[0] ?? ''

const describe = ({ events, virtualMs, plan, trace }: Told): string =>
  `${events} events in ${virtualMs} virtual ms, ${plan.length} faults, trace ${trace}`

/** Tells of a failing seed: what fails, how to replay it, and how to replay the smallest run that fails alike. */
export function explainFailure(campaign: Campaign, seed: number, { typed, print, save }: CommandSurroundings): void {
  campaign(seed, options => {
    const { options: small, report, runs } = shrink(narrowed(options, {}))
    const words = wordsOf(seed, narrowing(options, small))
    print(`seed ${seed} fails: ${firstLine(report.failure)}`)
    print(`  replay it:   ${typed} --seed ${seed}`)
    print(`  made small:  ${typed} ${words}`)
    print(`               ${describe(report)} (after ${runs} runs)`)
    if (save !== undefined) print(`  look at it:  ${typed} ${words} --page run.html`)
  })
}

/** Runs a seed, and writes the run as a page if that is asked for. */
function watched(
  campaign: Campaign,
  seed: number,
  { narrowing, page }: Asked,
  { print, save }: CommandSurroundings,
): Told {
  const events: TraceEvent[] = []
  const observe = (event: TraceEvent): void => void events.push(event)
  const report = campaign(seed, (options): Told => {
    const run = narrowed(options, narrowing)
    return simulate(page === undefined ? run : { ...run, observe })
  })
  if (page !== undefined) {
    save?.(page, spaceTimePage(`seed ${seed}`, events))
    print(save === undefined ? 'No page can be written here.' : `written to ${page}`)
  }
  return report
}

function replay(campaign: Campaign, seed: number, asked: Asked, surroundings: CommandSurroundings): boolean {
  const { print } = surroundings
  const isWhole = Object.keys(asked.narrowing).length === 0
  const report = watched(campaign, seed, asked, surroundings)
  print(`seed ${seed}: ${report.ok ? 'all is well' : 'fails'}, ${describe(report)}`)
  if (report.failure !== undefined) print(report.failure)
  if (!report.ok && isWhole) explainFailure(campaign, seed, surroundings)
  return report.ok
}

function runMany(campaign: Campaign, { from, count, minutes }: Asked, surroundings: CommandSurroundings): boolean {
  const { now, print } = surroundings
  const begun = now()
  const end = minutes === undefined ? Infinity : begun + minutes * 60_000
  let [events, virtualMs, seed] = [0, 0, from]
  for (; seed < from + count && now() < end; seed++) {
    const report = campaign(seed, (options): Told => simulate(options))
    events += report.events
    virtualMs += report.virtualMs
    if (report.ok) continue
    explainFailure(campaign, seed, surroundings)
    return false
  }
  const tookMs = Math.max(1, now() - begun)
  const pace = `${Math.round((events / tookMs) * 1000)} events/s, ${Math.round(virtualMs / tookMs)} times real time`
  print(`${seed - from} seeds from ${from} on: all is well; ${events} events, ${pace}`)
  return true
}

/**
 * A command line for the simulations of a machine: runs many seeds, replays one, and says of one that fails how to see
 * it again, whole and small. Gives the status to exit with: 0 if all is well, 1 if a seed fails, 2 for wrong words.
 *
 * ```ts
 * const campaign: Campaign = (seed, use) => use({ seed, machine, workload })
 * const typed = 'node simulate.js'
 * process.exitCode = simulationCommand(campaign, process.argv.slice(2), {
 *   typed,
 *   print: console.log,
 *   now: () => performance.now(),
 * })
 * ```
 */
export function simulationCommand(
  campaign: Campaign,
  args: readonly string[],
  surroundings: CommandSurroundings,
): 0 | 1 | 2 {
  let asked: Asked
  try {
    asked = parseArguments(args)
  } catch (error) {
    surroundings.print(error instanceof Error ? error.message : String(error))
    surroundings.print(`${surroundings.typed} …\n${USAGE}`)
    return 2
  }
  const { seed } = asked
  const isWell =
    seed === undefined ? runMany(campaign, asked, surroundings) : replay(campaign, seed, asked, surroundings)
  return isWell ? 0 : 1
}
