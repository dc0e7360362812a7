import type { PlannedFault } from './plan.js'
import type { SimulationOptions, SimulationReport } from './options.js'
import { simulate } from './simulate.js'

/** A run that fails, made as small as it could be, and how many runs that took. */
export interface Shrunk<State, Input, Output> {
  readonly options: SimulationOptions<State, Input, Output>
  readonly report: SimulationReport<Input, Output>
  readonly runs: number
}

/** What a failure is of, without the numbers and names in it, so that another run's can be told to be of the same. */
const kindOf = (failure: string | undefined): string =>
  (failure ?? '')
    .split('\n', 1)[0]
    ?.replace(/m?\d+(#\d+)?/g, '#')
    .slice(0, 60) ?? ''

/** Tries smaller runs, for as long as they fail in the same way. */
class Shrinking<State, Input, Output> {
  runs = 1
  report: SimulationReport<Input, Output>
  private readonly kind: string

  constructor(
    public options: SimulationOptions<State, Input, Output>,
    private readonly mostRuns: number,
  ) {
    this.report = simulate(options)
    this.options = { ...options, plan: this.report.plan }
    this.kind = kindOf(this.report.failure)
  }

  run(): void {
    if (this.report.ok) return
    this.fewerFaults()
    let before: unknown
    do {
      before = this.options
      this.fewerClients()
      this.fewerMembers()
      this.shorter()
      this.noneToSpare()
    } while (this.options !== before)
  }

  /** Keeps a smaller run if it fails like the first. */
  private fails(change: Partial<SimulationOptions<State, Input, Output>>): boolean {
    if (this.runs >= this.mostRuns) return false
    this.runs++
    const options = { ...this.options, ...change }
    const report = simulate(options)
    if (report.ok || kindOf(report.failure) !== this.kind) return false
    this.options = options
    this.report = report
    return true
  }

  /** Leaves out halves, then quarters, … of the faults (Zeller's delta debugging, without its complements). */
  private fewerFaults(): void {
    for (let parts = 2; ; parts *= 2) {
      const size = Math.max(1, Math.ceil(this.plan.length / parts))
      for (let at = this.plan.length - size; at > -size; at -= size) {
        const from = Math.max(0, at)
        const rest = this.plan.filter((_, position) => position < from || position >= from + size)
        if (rest.length < this.plan.length) this.fails({ plan: rest })
      }
      if (size === 1) return
    }
  }

  /** Leaves out one fault after another, again and again, until each is needed. */
  private noneToSpare(): void {
    const before = this.plan.length
    for (const { id } of this.plan) this.fails({ plan: this.plan.filter(fault => fault.id !== id) })
    if (this.plan.length < before) this.noneToSpare()
  }

  private fewerClients(): void {
    const { workload } = this.options
    for (let clients = 1; clients < workload.clients; clients++)
      if (this.fails({ workload: { ...workload, clients } })) return
  }

  private fewerMembers(): void {
    for (let members = 1; members < (this.options.members ?? 3); members++) if (this.fails({ members })) return
  }

  private shorter(): void {
    const { duration = 10_000 } = this.options
    for (const part of [1 / 8, 1 / 4, 1 / 2, 3 / 4, 7 / 8])
      if (this.fails({ duration: Math.round(duration * part) })) return
  }

  private get plan(): readonly PlannedFault[] {
    return this.options.plan ?? []
  }
}

/** Makes a failing run smaller: fewer faults, clients and members, less time, and the same failure. */
export function shrink<State, Input, Output>(
  options: SimulationOptions<State, Input, Output>,
  mostRuns = 200,
): Shrunk<State, Input, Output> {
  const shrinking = new Shrinking(options, mostRuns)
  shrinking.run()
  const { report, runs } = shrinking
  return { options: shrinking.options, report, runs }
}
