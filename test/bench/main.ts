import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { concat, from, lastValueFrom, mergeMap, reduce, type Observable } from 'rxjs'
import { aloneProcess } from './alone'
import { bareProcess } from './bare/process'
import type { Bench, Scenario } from './bench'
import { engineProcess } from './engines'
import { floorProcess } from './floors'
import { page } from './html'
import { member } from './member'
import { MemberProcesses } from './member-processes'
import { parseOptions, USAGE, type BenchOptions } from './options'
import { profilesIn, profilesText } from './profiles'
import type { Report } from './report'
import { zmqRaftProcess } from './rivals/zmq-raft'
import { SCENARIOS } from './scenarios'
import { storagesOf } from './storages'
import { outcomes, outcomesText } from './targets'
import { Workshop } from './workshop'

const say = (line: string): void => console.log(line)

const loadNow = (): number => loadavg()[0] ?? 0

function commitOf(root: string): string {
  try {
    return execFileSync('git', ['-C', root, 'describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  } catch {
    return 'unknown'
  }
}

function surroundings({ kayak, ...options }: BenchOptions) {
  const [cpu] = cpus()
  return {
    startedAt: new Date().toISOString(),
    node: process.version,
    commit: commitOf(kayak),
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: `${process.platform} ${process.arch}`,
      loadBefore: loadNow(),
      loadAfter: 0,
    },
    options: { ...options },
  }
}

function wanted({ only }: BenchOptions): readonly Scenario[] {
  const names = SCENARIOS.flatMap(scenario => scenario.names)
  const unknown = only.find(name => !names.some(known => known === name))
  if (unknown !== undefined) throw new RangeError(`There is no ${unknown}; there are ${names.join(', ')}.`)
  return SCENARIOS.filter(scenario => only.length === 0 || scenario.names.some(name => only.includes(name)))
}

function benchOf(options: BenchOptions): Bench {
  const has = storagesOf(options.kayak)
  const storages = options.storages ?? has
  const lacking = storages.find(name => !has.includes(name))
  if (lacking !== undefined) throw new RangeError(`There is no storage ${lacking} in ${options.kayak}; is it built?`)
  const { only, isQuick, profiles } = options
  const workshop = new Workshop(options.dir)
  return {
    options,
    workshop,
    processes: new MemberProcesses(workshop, isQuick && profiles === undefined),
    storages,
    wants: name => only.length === 0 || only.includes(name),
    say,
  }
}

function write(file: string | undefined, text: () => string): void {
  if (file === undefined) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text())
}

/** One after another; where it has to be quick two at a time but for the first, since most of the others is waiting. */
function runAll(bench: Bench, [first, ...others]: readonly Scenario[]): Observable<Partial<Report>> {
  const inTurn = (scenarios: readonly Scenario[], atOnce: number): Observable<Partial<Report>> =>
    from(scenarios).pipe(mergeMap(scenario => scenario.run(bench), atOnce))
  return concat(inTurn(first === undefined ? [] : [first], 1), inTurn(others, bench.options.isQuick ? 2 : 1))
}

async function run(options: BenchOptions): Promise<void> {
  const scenarios = wanted(options)
  const before = options.profiles === undefined ? [] : profilesIn(options.profiles)
  const bench = benchOf(options)
  const around = surroundings(options)
  const measured = await lastValueFrom(runAll(bench, scenarios).pipe(reduce((all, part) => ({ ...all, ...part }))))
  const given = { ...measured, ...around, machine: { ...around.machine, loadAfter: loadNow() } }
  // nothing is proven by what had to be quick
  const targets = options.isQuick ? [] : outcomes(given, bench.storages)
  const report: Report = { ...given, targets }
  if (report.targets.length > 0) say(`\n${outcomesText(report.targets)}`)
  write(options.html, () => page(report))
  write(options.json, () => `${JSON.stringify(report, undefined, 2)}\n`)
  if (options.profiles !== undefined) say(`\n${profilesText(options.profiles, before)}`)
}

const asked = async (words: readonly string[]): Promise<void> => run(parseOptions(words))

const isRefusal = (error: unknown): error is Error =>
  error instanceof RangeError || (error instanceof TypeError && 'code' in error)

/** The roles that this program has in processes of its own. */
const ROLES: Readonly<Record<string, (words: readonly string[]) => void>> = {
  member: ([root = process.cwd()]) => member(root),
  alone: aloneProcess,
  bare: bareProcess,
  engine: engineProcess,
  floor: floorProcess,
  'zmq-raft': zmqRaftProcess,
}

const [, , ...words] = process.argv
const role = ROLES[words[0] ?? '']
if (words.includes('--help')) say(USAGE)
else if (role !== undefined) role(words.slice(1))
else
  asked(words).then(
    () => process.exit(0),
    (error: unknown) => {
      // what is asked for wrongly is said in a line, anything else with where it was
      console.error(isRefusal(error) ? error.message : error)
      process.exit(1)
    },
  )
