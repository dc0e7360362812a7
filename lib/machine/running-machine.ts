import { AsyncSubject, asyncScheduler, catchError, connectable, distinctUntilChanged, EMPTY, filter, from } from 'rxjs'
import { ignoreElements, map, ReplaySubject, Subscription, takeUntil, tap, throwError } from 'rxjs'
import type { Connectable, Observable, SchedulerLike } from 'rxjs'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type {
  AppendOptions,
  Compaction,
  OperationOptions,
  ReadLevel,
  ReadOptions,
} from '../../streams/contracts/host.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { acknowledge } from '../../streams/operators/acknowledge.js'
import { fromRows } from '../../streams/operators/from-rows.js'
import type { Projection } from '../../streams/operators/project.js'
import { toRows } from '../../streams/operators/to-rows.js'
import { resume, withSnapshot } from '../../streams/operators/with-snapshot.js'
import { isThenable } from '../../streams/operators/thenable.js'
import { Callers } from './callers.js'
import { checkDeterminism } from './check-determinism.js'
import { compactions$ } from './compactions.js'
import type { Machine, MachineDefinition, MachineHost } from './definition.js'
import { measured } from './measured.js'
import { takePlace } from './neighbours.js'
import { Results, type Told } from './results.js'
import { transition, type ApplyCommand, type Step } from './transition.js'

const TIMEOUT_MS = 10_000

/** The last is shown to whoever comes later, also when it has ended. */
const REPLAYED = { connector: <T>(): ReplaySubject<T> => new ReplaySubject<T>(1), resetOnDisconnect: false }

function applyOf<State, Command, Result>(
  definition: MachineDefinition<State, Command, Result>,
): ApplyCommand<State, Command, Result> {
  const { checkDeterminism: checking = false } = definition
  const apply: ApplyCommand<State, Command, Result> = (state, command, context) =>
    definition.apply(state, command, context)
  return checking === false ? apply : checkDeterminism(apply, checking === true ? {} : checking)
}

/** A machine as it runs. All that it knows is one projection, replaced by the next. */
export class RunningMachine<State, Command, Result> implements Machine<State, Command, Result> {
  readonly name: string
  readonly state$: Observable<State>
  readonly compaction$: Observable<Compaction>
  private readonly clock: SchedulerLike
  private readonly callers: Callers
  private readonly timeoutMs: number
  private readonly results = new Results<Result | undefined>()
  private readonly stopped = new AsyncSubject<void>()
  private readonly running = new Subscription()
  private current: Projection<Step<State, Command, Result | undefined>> | undefined

  constructor(
    private readonly host: MachineHost<Command>,
    private readonly definition: MachineDefinition<State, Command, Result>,
  ) {
    const { name = 'machine', clock = asyncScheduler, timeoutMs = TIMEOUT_MS } = definition
    this.name = name
    this.clock = clock
    this.callers = new Callers(name, clock)
    this.timeoutMs = timeoutMs
    const compacts = definition.compact !== undefined && host.log.compact !== undefined
    this.running.add(takePlace(host, { name, compacts, restores: definition.restore !== undefined }))
    // a read of the host waits for it from now on
    host.sync.ack(0, name)
    this.running.add(() => host.sync.forget(name))
    const step$ = connectable(this.step$(), REPLAYED)
    this.state$ = step$.pipe(
      map(({ state }) => state.state),
      distinctUntilChanged(),
    )
    const compaction$ = connectable(this.compactions$(step$.pipe(catchError(() => EMPTY))), REPLAYED)
    this.compaction$ = compaction$
    this.begin(step$, compaction$)
  }

  get state(): State {
    return this.current === undefined ? this.definition.initial : this.current.state.state
  }

  get index(): number {
    return this.current?.index ?? 0
  }

  async ready(options: OperationOptions = {}): Promise<void> {
    await this.read(() => undefined, 'linearizable', options)
  }

  async propose(command: Command, options: AppendOptions = {}): Promise<Result> {
    return this.callers.counted(async () => {
      checkOptions(options)
      const { timeoutMs = this.timeoutMs, signal } = options
      const end = this.clock.now() + timeoutMs
      const known = this.results.ask()
      let told: Told<Result | undefined> | Promise<Told<Result | undefined>>
      let index = 0
      try {
        ;({ index } = await this.host.log.append(command, { ...options, timeoutMs }))
        const what = 'The command has committed, but the machine has not come to it'
        told =
          this.results.told(index) ??
          this.callers.inTime(this.results.at$(index), { end, signal, what, outcome: 'unknown' })
      } finally {
        known()
      }
      return this.resultOf(await told, index)
    })
  }

  async read<R>(
    query: (state: State) => R | Promise<R>,
    level: ReadLevel = 'linearizable',
    options: ReadOptions = {},
  ): Promise<R> {
    return this.callers.counted(async () => {
      if (typeof query !== 'function') throw new KayakError('KAYAK_INVALID', 'A query is a function of the state.')
      checkOptions(options)
      const { timeoutMs = this.timeoutMs, signal } = options
      const waited = { end: this.clock.now() + timeoutMs, signal, outcome: 'rejected' } as const
      // what is to be in the state, now that the host is as fresh as the level says
      const index = await this.host.read(held => held, level, { ...options, timeoutMs, acknowledged: false })
      if (!this.results.holds(index))
        await this.callers.inTime(this.results.holding$(index), { ...waited, what: 'The machine has not come so far' })
      const answer = query(this.state)
      if (!isThenable(answer)) return answer
      return this.callers.inTime(from(Promise.resolve(answer)), {
        ...waited,
        what: 'The query has not given its answer',
      })
    })
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a promise by contract, as that of whatever is stopped
  async stop(): Promise<void> {
    this.running.unsubscribe()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  private begin(step$: Connectable<unknown>, compaction$: Connectable<unknown>): void {
    this.running.add(() => {
      this.stopped.next()
      this.stopped.complete()
    })
    compaction$.connect()
    this.running.add(step$.connect())
  }

  /** The state that it begins with, and what each entry makes of it, none of it older than what has been there. */
  private step$(): Observable<Projection<Step<State, Command, Result | undefined>>> {
    const { initial, restore = fromRows<State>() } = this.definition
    const restoring = {
      initial: { state: initial },
      restore: (chunks$: Observable<Uint8Array>) =>
        chunks$.pipe(
          restore,
          map(state => ({ state })),
        ),
    }
    return withSnapshot(this.host, restoring, resume(transition(applyOf(this.definition)))).pipe(
      takeUntil(this.stopped),
      filter(({ index }) => this.current === undefined || index > this.current.index),
      acknowledge(this.host, this.name),
      catchError((error: unknown) => throwError(() => this.failure(error))),
      tap({
        next: step => this.keep(step),
        error: (error: KayakError) => this.callers.end(error),
        complete: () => this.callers.end(new KayakError('KAYAK_STOPPED', `The machine "${this.name}" has stopped.`)),
      }),
    )
  }

  private compactions$(step$: Observable<Projection<Step<State, Command, unknown>>>): Observable<Compaction> {
    const { compact: strategy, snapshot = toRows(), measure = measured } = this.definition
    const { log } = this.host
    if (strategy === undefined || log.compact === undefined) return step$.pipe(ignoreElements())
    const compact = log.compact.bind(log)
    const stopped$ = this.stopped.pipe(
      map(() => {
        throw new KayakError('KAYAK_STOPPED', 'The machine was stopped while it wrote a snapshot.')
      }),
    )
    return compactions$(step$, { strategy, snapshot, measure, compact, stopped$ })
  }

  private keep(step: Projection<Step<State, Command, Result | undefined>>): void {
    this.current = step
    const { entry, value } = step.state
    if (entry === undefined) this.results.skippedTo(step.index)
    else this.results.applied(step.index, value)
  }

  private failure(cause: unknown): KayakError {
    if (isKayakError(cause)) return cause
    const { index } = this
    const what = `The machine "${this.name}" could not restore itself, or go on after entry ${index}.`
    return new KayakError('KAYAK_MACHINE_FAILED', what, { index, cause })
  }

  private resultOf(told: Told<Result | undefined>, index: number): Result {
    // an apply that answers nothing has this for a type
    if (told.isKnown) return told.value as Result
    const what = `Entry ${index} was applied before it was asked for, or is in a snapshot that this machine was given.`
    throw new KayakError('KAYAK_RESULT_LOST', what, { outcome: 'unknown', index })
  }
}
