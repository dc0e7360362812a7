import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type {
  AppendOptions,
  Compaction,
  Entry,
  OperationOptions,
  ReadLevel,
  ReadOptions,
  Snapshot,
  Sync,
} from '../../streams/contracts/host.js'
import type { CompactionStrategy } from '../../streams/operators/growth.js'
import type { DeterminismCheck } from './check-determinism.js'
import type { ApplyCommand } from './transition.js'

/** What a machine runs on: a host, or a client. One that can't compact keeps no log of its own. */
export interface MachineHost<Command> {
  readonly log: {
    /** As of a host. */
    append(command: Command, options?: AppendOptions): Promise<Entry<Command>>
    /** As of a host. */
    listen(from?: number): Observable<Entry<Command>>
    /** As of a host. */
    snapshot(): Promise<Snapshot | undefined>
    /** As of a host. Without it a machine takes no snapshots. */
    compact?(until: number, chunks: Observable<Uint8Array>): Promise<Snapshot>
  }
  readonly sync: Pick<Sync, 'ack' | 'forget'>
  readonly compaction$: Observable<Compaction>
  /** As of a host. */
  read<R>(query: (index: number) => R | Promise<R>, level?: ReadLevel, options?: ReadOptions): Promise<R>
}

/** How a state is snapshotted and when. */
export interface Snapshotting<State, Command> {
  /** Writes a state as bytes, piece by piece. Default: `toRows()`. */
  readonly snapshot?: OperatorFunction<State, Uint8Array>
  /** Its inverse; its last value is the state. Default: `fromRows()`. */
  readonly restore?: OperatorFunction<Uint8Array, State>
  /** When to replace the log by a snapshot of the state. Without it this machine never does. */
  readonly compact?: CompactionStrategy
  /**
   * Bytes of a command, for strategies that count them. Default: exact for strings and bytes, of others their JSON's. One that
   * it throws at, or gives no number for, counts for nothing.
   */
  readonly measure?: (command: Command) => number
}

/** What a machine is: a state to begin with, and what each command makes of it. */
export interface MachineDefinition<State, Command, Result> extends Snapshotting<State, Command> {
  /** By which the host knows it (`sync.ack`): machines of one host have different ones. Default `'machine'`. */
  readonly name?: string
  /** The state before the first command. */
  readonly initial: State
  readonly apply: ApplyCommand<State, Command, Result>
  /**
   * For tests: applies each command twice, and fails with `KAYAK_NONDETERMINISTIC` where that isn't the same. As
   * `checkDeterminism(apply)`; with `copy` and `equal` for states that `toRows` can't write. Default false.
   */
  readonly checkDeterminism?: boolean | DeterminismCheck<State>
  /** The deadline of an operation that names none. Default 10,000 ms. */
  readonly timeoutMs?: number
  /** By which deadlines are kept. Default: the system's. */
  readonly clock?: SchedulerLike
}

/** A state machine that a cluster replicates. */
export interface Machine<State, Command, Result> {
  readonly name: string
  /**
   * The state as it is, then each new one: never one that is older. A command that changes nothing emits nothing.
   * Completes when the machine or its host stops, and errors if the machine has failed.
   */
  readonly state$: Observable<State>
  /** What this machine holds: `initial` at index 0 until it is restored. */
  readonly state: State
  /** Up to where everything is in the state. */
  readonly index: number
  /**
   * What has become of the last compaction that this machine began, then what becomes of each. One that fails, for
   * whatever reason, fails no machine: the next point tries again.
   */
  readonly compaction$: Observable<Compaction>
  /** Resolves once it is restored and holds all that was acknowledged anywhere before: as a linearizable read. */
  ready(options?: OperationOptions): Promise<void>
  /**
   * Appends a command, on any member, and resolves with what `apply` has answered to this very command on this member.
   *
   * @throws {@link KayakError} as `log.append`; `KAYAK_RESULT_LOST` where the command is applied, but not by this machine,
   * which got a snapshot instead, or before it was asked under the same `id`; `KAYAK_MACHINE_FAILED`.
   */
  propose(command: Command, options?: AppendOptions): Promise<Result>
  /**
   * Runs a query on a state that is as fresh as the level says, and resolves with what it gives. It waits while the
   * machine restores itself at first; at `stale` it then shows what there is, also while a later snapshot is restored. Default `linearizable`.
   *
   * @throws {@link KayakError} as `host.read`; `KAYAK_MACHINE_FAILED`. What `query` throws, as it is.
   */
  read<R>(query: (state: State) => R | Promise<R>, level?: ReadLevel, options?: ReadOptions): Promise<R>
  /** Follows the log no more, and lets go of whoever waits. The host goes on. */
  stop(): Promise<void>
  /** As `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const invalid = (what: string): KayakError => new KayakError('KAYAK_INVALID', what)

const isFunction = (value: unknown): boolean => typeof value === 'function'

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const PIPES = ['snapshot', 'restore', 'compact', 'measure'] as const

/** @throws {@link KayakError} `KAYAK_INVALID` for what can be no machine. */
export function checkDefinition<State, Command, Result>(
  host: MachineHost<Command>,
  definition: MachineDefinition<State, Command, Result>,
): void {
  if (!isObject(host) || !isObject(host.log)) throw invalid('A machine runs on a host or a client.')
  if (!isObject(definition)) throw invalid('A machine is defined by an object.')
  const { apply, compact, snapshot, restore, name } = definition
  if (!isFunction(apply)) throw invalid('apply is a function of a state and a command.')
  if (name !== undefined && typeof name !== 'string') throw invalid('The name of a machine is a string.')
  const wrong = PIPES.find(pipe => definition[pipe] !== undefined && !isFunction(definition[pipe]))
  if (wrong !== undefined) throw invalid(`${wrong} is a function.`)
  if (snapshot !== undefined && restore === undefined) throw invalid('A snapshot needs a restore, its inverse.')
  if (compact === undefined) return
  if (restore !== undefined && snapshot === undefined) throw invalid('To compact, a restore needs a snapshot.')
  if (host.log.compact === undefined) throw invalid('Only a member has a log of its own to compact.')
}
