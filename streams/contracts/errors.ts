import type { Budget } from './budget.js'

/** Every code that kayak's errors have, with what to do about each. */
export const ERRORS = {
  KAYAK_INVALID: 'Correct the argument or option that the message names.',
  KAYAK_TIMEOUT: 'Ask again; with outcome "unknown" use the same id, so that nothing is applied twice.',
  KAYAK_ABORTED: 'The signal that was passed in has been aborted.',
  KAYAK_STOPPED: 'The host has stopped; start it again, or ask another member.',
  KAYAK_REMOVED: 'The member was removed from its cluster; join again with a new folder.',
  KAYAK_LEFT: 'The folder belongs to a member that left its cluster; join again with a new folder.',
  KAYAK_MOVED: 'The member was moved to another storage, or not wholly to this one: start it there, or move it again.',
  KAYAK_LOCKED: 'Another process uses the folder; stop it, or use another folder.',
  KAYAK_OTHER_CLUSTER: 'The folder or the peer belongs to another cluster; use a new folder, or other peers.',
  KAYAK_ADDRESS_IN_USE: 'Something else listens on the address; stop it, or use another port.',
  KAYAK_ADDRESS_TAKEN: 'Another member has the address; remove it by its id first if it is gone.',
  KAYAK_ADDRESS_CHANGED: 'A member that runs stays where it is; stop it, and start it at the new address.',
  KAYAK_PAYLOAD_TOO_LARGE: 'Split the payload, or raise maxPayloadBytes on all members.',
  KAYAK_COMPACTED: 'What was asked for is in the newest snapshot; restore that and go on after it.',
  KAYAK_NOT_COMMITTED: 'The index has not committed here; wait until committed$ has reached it.',
  KAYAK_CORRUPT: 'The file named is damaged; keep it for analysis, remove the member and join with a new folder.',
  KAYAK_STORAGE_FAILED: 'The disk failed a write or a read; mend it and start the host again.',
  KAYAK_CONFLICT: 'The roster has changed meanwhile; look at the new one and ask again.',
  KAYAK_NOT_CAUGHT_UP: 'The member lacks too much of the log to vote; give it time, or the cluster less to do.',
  KAYAK_TOO_STALE: 'What is here is not proven to be fresh enough; ask again, allow more, or ask another member.',
  KAYAK_OVERLOADED: 'Too much waits already; slow down and try again.',
  KAYAK_SESSION_EXPIRED: 'The answer to this id is forgotten; find out by reading whether it was applied.',
  KAYAK_NOT_AUTHORIZED: 'Give all members the same secret, and a client that or a token which allows it.',
  KAYAK_INTERRUPTED: 'What was being read is gone with the member that had it; begin anew.',
  KAYAK_VERSION: 'The peer or file has a format that this version does not speak; upgrade the older side.',
  KAYAK_UNREADABLE:
    'The bytes are damaged, cut short, of another pipeline or of another key; restore by the inverse of what wrote them.',
  KAYAK_MACHINE_FAILED:
    'The machine went no further than the entry or snapshot named, as the cause says; correct it and start again.',
  KAYAK_RESULT_LOST: 'The command is applied, once; what came of it is not known here: read the state instead.',
  KAYAK_NONDETERMINISTIC: 'Take time and chance from the context, keep nothing outside the state, and change no state.',
  KAYAK_INTERNAL: 'This is a defect in kayak; please report it with its cause.',
} as const

/** Which error it is: stable, where messages are not. */
export type ErrorCode = keyof typeof ERRORS

/**
 * - `rejected`: it certainly has had no effect and will have none.
 * - `unknown`: it may have taken effect, or may yet.
 */
export type Outcome = 'rejected' | 'unknown'

/** What is known of an error besides its code and its message. */
export interface KayakErrorDetails {
  readonly outcome?: Outcome
  readonly retryable?: boolean
  readonly leader?: { readonly id: string; readonly address: string } | undefined
  readonly cause?: unknown
  /** The index of the newest snapshot, with `KAYAK_COMPACTED`. */
  readonly snapshotIndex?: number
  /** The damaged file, with `KAYAK_CORRUPT`; the one of another version, with `KAYAK_VERSION`. */
  readonly file?: string
  /** The entry at which a machine failed, with `KAYAK_MACHINE_FAILED`; that of the command, with the two after it. */
  readonly index?: number
  /** Which budget of those that `over-budget` tells of, with `KAYAK_OVERLOADED`. */
  readonly budget?: Budget | undefined
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'KAYAK_TIMEOUT',
  'KAYAK_OVERLOADED',
  'KAYAK_TOO_STALE',
  'KAYAK_NOT_COMMITTED',
  'KAYAK_ADDRESS_IN_USE',
  'KAYAK_NOT_CAUGHT_UP',
  'KAYAK_INTERRUPTED',
])

/** The one error that kayak raises: tell them apart by `code`, decide on `outcome` and `retryable`. */
export class KayakError extends Error {
  /** Always `KayakError`. */
  override readonly name = 'KayakError'
  /** Whether it may have had an effect. Where nothing is said it is `rejected`. */
  readonly outcome: Outcome
  /** Whether the same may succeed later, without anything else being changed. */
  readonly retryable: boolean
  /** Who leads, as far as the member knew that has raised it. */
  readonly leader?: { readonly id: string; readonly address: string }
  /** The index of the newest snapshot, with `KAYAK_COMPACTED`. */
  readonly snapshotIndex?: number
  /** The damaged file, with `KAYAK_CORRUPT`; the one of another version, with `KAYAK_VERSION`. */
  readonly file?: string
  /** The entry at which a machine failed, or that of the command that it is about. */
  readonly index?: number
  /** The budget that is used up, with `KAYAK_OVERLOADED`, where it is one that `over-budget` tells of. */
  readonly budget?: Budget

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: KayakErrorDetails = {},
  ) {
    super(`${message} ${ERRORS[code]}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.outcome = details.outcome ?? 'rejected'
    this.retryable = details.retryable ?? RETRYABLE.has(code)
    if (details.leader !== undefined) this.leader = details.leader
    if (details.snapshotIndex !== undefined) this.snapshotIndex = details.snapshotIndex
    if (details.file !== undefined) this.file = details.file
    if (details.index !== undefined) this.index = details.index
    if (details.budget !== undefined) this.budget = details.budget
  }
}

/** Whether something that was thrown or emitted is kayak's, so that its code, outcome and so on can be looked at. */
export const isKayakError = (error: unknown): error is KayakError => error instanceof KayakError

/** Whether what was read is in a snapshot by now. */
export const isCompacted = (error: unknown): boolean => isKayakError(error) && error.code === 'KAYAK_COMPACTED'
