import { relative } from 'node:path'
import { bareSystem } from '../bare/system'
import type { Bench, Scenario } from '../bench'
import { summary, type Measured } from '../figures'
import { measureFloor, medianFloor, type Floor } from '../floors'
import { kayakSystem } from '../kayak-system'
import type { Point, Rival, StoragePoint } from '../report'
import { rivals } from '../rivals'
import { runText } from '../text'
import type { Call, From, System } from '../systems'
import { warmUp } from '../warming'

const BYTES = 1024

export interface Run {
  readonly system: string
  readonly call: Call
  readonly from: From
  readonly inFlight: number
  readonly measured: Measured
}

const nameOf = (storage: string, root: string): string =>
  root === process.cwd() ? storage : `${storage} of ${relative(process.cwd(), root)}`

const execArgvOf = ({ nodeFlags, profiles }: Bench['options']): readonly string[] => [
  ...nodeFlags,
  ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
]

/** Kayak on each storage, and other builds of it. */
function kayaks({ options, processes, storages }: Bench): readonly System[] {
  const { kayak, against, compactEntries } = options
  const execArgv = execArgvOf(options)
  return storages.flatMap(storage =>
    [kayak, ...against].map(root =>
      kayakSystem(root === kayak ? storage : nameOf(storage, root), processes, {
        root,
        storage,
        compactEntries,
        execArgv,
      }),
    ),
  )
}

/** The same storage and transport without the rest. */
const bareOn = ({ options }: Bench, storage: string): System => {
  const { kayak: root, compactEntries } = options
  return bareSystem({ root, storage, compactEntries, execArgv: execArgvOf(options) })
}

/** All calls that a system takes, one after another. */
async function* runSystem({ options, workshop }: Bench, system: System, calls: readonly Call[]): AsyncGenerator<Run> {
  const { inFlight: levels, ms, warmMs } = options
  const running = await system.open(workshop)
  await warmUp(options, load => running.run('append', 'leader', load))
  for (const call of calls.filter(one => system.calls?.includes(one) !== false))
    for (const from of system.from)
      for (const inFlight of levels) {
        const measured = await running.run(call, from, { inFlight, bytes: BYTES, warmMs, ms })
        yield { system: system.name, call, from, inFlight, measured }
      }
  await running.close()
}

const runsOf = (runs: readonly Run[], system: string, call: Call): readonly Run[] =>
  runs.filter(run => run.system === system && run.call === call)

/** The medians of each load in what was run of one system and call. */
function points(runs: readonly Run[]): readonly Point[] {
  const loads = new Map(runs.map(run => [`${run.from} ${run.inFlight}`, run]))
  return [...loads.values()].map(({ from, inFlight }) => {
    const alike = runs.filter(run => run.from === from && run.inFlight === inFlight)
    return { from, inFlight, ...summary(alike.map(({ measured }) => measured)) }
  })
}

/** Runs every system, one after another, so many times over. */
async function runAll(bench: Bench, systems: readonly System[], calls: readonly Call[]) {
  const { options, workshop, say } = bench
  const runs: Run[] = []
  const floors: Floor[] = []
  for (let round = 1; round <= options.rounds; round++) {
    floors.push(await measureFloor(workshop, options))
    for (const system of systems) {
      say(`round ${round} of ${options.rounds}: ${system.name}`)
      for await (const run of runSystem(bench, system, calls)) {
        runs.push(run)
        say(`  ${runText(run)}`)
      }
    }
  }
  return { runs, floor: medianFloor(floors) }
}

/** Appends and barriers of kayak and of its rivals in turn, and the floors between them. */
export const throughput: Scenario = {
  names: ['append', 'barrier', 'floor', 'rivals'],
  async run(bench) {
    const { options, storages, wants, say } = bench
    const calls = (['append', 'barrier'] as const).filter(wants)
    const own = kayaks(bench)
    const bare = options.withBare ? storages.map(storage => bareOn(bench, storage)) : []
    const others = [...(options.withRivals ? await rivals(say) : []), ...bare]
    const { runs, floor } = await runAll(bench, calls.length === 0 ? [] : alternated(own, others), calls)
    const ofStorages = (call: Call): readonly StoragePoint[] =>
      storages.flatMap(storage => points(runsOf(runs, storage, call)).map(point => ({ storage, ...point })))
    const rivalOf = (system: string): Rival => ({
      append: points(runsOf(runs, system, 'append')),
      barrier: points(runsOf(runs, system, 'barrier')),
    })
    const beside = [
      ...own.map(({ name }) => name).filter(name => !storages.includes(name)),
      ...others.map(({ name }) => name),
    ]
    return {
      floor,
      ...(calls.includes('append') ? { append: ofStorages('append') } : {}),
      ...(calls.includes('barrier') ? { barrier: ofStorages('barrier') } : {}),
      ...(beside.length > 0 ? { rivals: Object.fromEntries(beside.map(name => [name, rivalOf(name)])) } : {}),
    }
  },
}

/** One of each in turn, as far as they go. */
const alternated = (own: readonly System[], others: readonly System[]): readonly System[] =>
  Array.from({ length: Math.max(own.length, others.length) }, (_, at) => [own[at], others[at]])
    .flat()
    .filter(system => system !== undefined)
