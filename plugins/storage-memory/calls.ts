import { Subject, type Observable } from 'rxjs'

/** What a storage is asked for. */
export type CallKind =
  | 'open'
  | 'close'
  | 'save-identity'
  | 'save-term-and-vote'
  | 'append'
  | 'truncate'
  | 'compact'
  | 'read'
  | 'write-snapshot'
  | 'publish-snapshot'
  | 'discard-snapshot'
  | 'drop-snapshots'
  | 'read-snapshot'

/** One call that has reached a disk. */
export interface StorageCall {
  /** Counts the calls of a disk, from 1, over all storages that have been on it. */
  readonly number: number
  readonly kind: CallKind
  /** Of how many parts it may leave some when it is torn: a batch's entries, and 1 where it is atomic. */
  readonly parts: number
}

/**
 * A moment of a call: before it has any effect; when it has had all of it, and nobody has heard so; or in its midst,
 * with a share of its parts done, from 0 to 1, where an atomic call has done nothing.
 */
export type Moment = 'before' | 'after' | { readonly torn: number }

/** Where to crash. */
export interface CrashPoint {
  /** The number of the call. */
  readonly call: number
  readonly when: Moment
}

interface Armed extends CrashPoint {
  readonly crash: () => void
}

/** The calls that reach a disk, and the crash that is to come at one of them. */
export class Calls {
  /** How many there have been. */
  count = 0
  private readonly begun = new Subject<StorageCall>()
  /** Each call as it begins. Hot. */
  readonly begun$: Observable<StorageCall> = this.begun.asObservable()
  private armed: Armed | undefined

  /** Counts a call, and tells of it. */
  begin(kind: CallKind, parts = 1): StorageCall {
    const call = { number: ++this.count, kind, parts }
    this.begun.next(call)
    return call
  }

  /** Takes the place of a crash that hasn't come yet; returns what calls it off. */
  arm({ call, when }: CrashPoint, crash: () => void): () => void {
    if (call <= this.count) throw new RangeError(`Call ${call} has begun already.`)
    const armed = { call, when, crash }
    this.armed = armed
    return () => {
      if (this.armed === armed) this.armed = undefined
    }
  }

  /** The crash that is to come before this call, or at its end; once. */
  strike({ number }: StorageCall, at: 'begin' | 'end'): Armed | undefined {
    const { armed } = this
    if (armed === undefined || armed.call !== number || (armed.when === 'before') !== (at === 'begin')) return undefined
    this.armed = undefined
    return armed
  }
}
