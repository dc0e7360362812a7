import { catchError, defer, from, isObservable, map, Observable, Subscription, throwError, type Subscriber } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { Demand, within } from '../../streams/operators/demand.js'
import type { PullChunks } from '../../streams/replica/compact.js'

/** What a consumer may give as a snapshot. */
export type ChunkSource = Observable<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A consumer's chunks as they are asked for. Nothing of them is touched before the first is. */
export interface ChunkSupply {
  readonly pull: PullChunks
  /** Lets go of the source, wherever it has come to. */
  release(): void
}

const checked = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk
  throw new KayakError('KAYAK_INVALID', 'A snapshot is a stream of Uint8Arrays.')
}

const asKayakError = (cause: unknown): KayakError =>
  isKayakError(cause) ? cause : new KayakError('KAYAK_INVALID', 'The chunks given have failed.', { cause })

type Begin = () => AsyncIterator<unknown> | Iterator<unknown>

/**
 * Pulls chunks when those before are on their way to the disk, in a turn of its own each time: small ones of an iterable
 * together, for a moment.
 */
class Pulled implements ChunkSupply {
  private iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined
  private ended = false
  /** One that had no room with those before it. Its memory is its own until the next is asked for. */
  private held: Uint8Array | undefined

  constructor(
    private readonly begin: Begin,
    private readonly togetherBytes: number,
    private readonly clock: Clock,
  ) {}

  readonly pull: PullChunks = () => defer(() => from(this.next()))

  release(): void {
    const close = async (): Promise<unknown> => (this.ended ? undefined : this.iterator?.return?.())
    close().catch(() => undefined)
  }

  private async next(): Promise<readonly Uint8Array[]> {
    await this.turn()
    const first = this.held ?? (await this.take())
    this.held = undefined
    if (first === undefined) return []
    return [first.byteLength < this.togetherBytes ? await this.join(first) : first]
  }

  /** Copies, since an iterable may use the memory of a chunk for the next one. */
  private async join(first: Uint8Array): Promise<Uint8Array> {
    const joined = new Uint8Array(this.togetherBytes)
    const end = this.clock.now() + LIMITS.snapshotTogetherMs
    let at = 0
    let chunk: Uint8Array | undefined = first
    for (let count = 0; chunk !== undefined && at + chunk.byteLength <= joined.byteLength; chunk = await this.take()) {
      joined.set(chunk, at)
      at += chunk.byteLength
      if (++count === LIMITS.snapshotTogether || this.clock.now() > end) return joined.subarray(0, at)
    }
    this.held = chunk
    return joined.subarray(0, at)
  }

  /** Lets others go on: what is pulled need not have waited for anything. */
  private turn(): Promise<void> {
    return new Promise(resolve => void this.clock.schedule(() => resolve(), 0))
  }

  private async take(): Promise<Uint8Array | undefined> {
    if (this.ended) return undefined
    this.iterator ??= this.begin()
    try {
      const result = await this.iterator.next()
      this.ended = result.done === true
      return result.done === true ? undefined : checked(result.value)
    } catch (error) {
      this.ended = !isKayakError(error)
      throw asKayakError(error)
    }
  }
}

/** Holds what a pushing stream gives ahead of the disk, up to a limit in bytes, until it is asked for. */
class Backlog implements ChunkSupply {
  private held: Uint8Array[] = []
  /** Of what is held, and of what was given and is not on the disk yet. */
  private bytes = 0
  private given = 0
  private ended = false
  private error: KayakError | undefined
  private asking: Subscriber<readonly Uint8Array[]> | undefined
  private readonly subscription = new Subscription()
  private begun = false
  /** A source that can wait is a little ahead of the disk, and no more. */
  private readonly demand = new Demand(LIMITS.snapshotAheadBytes)

  constructor(
    private readonly chunks$: Observable<unknown>,
    private readonly over: (bytes: number) => void,
  ) {}

  readonly pull: PullChunks = () =>
    new Observable(subscriber => {
      const { given } = this
      this.bytes -= given
      this.given = 0
      if (!this.begun) this.begin()
      this.demand.release(given)
      this.asking = subscriber
      this.answer()
      return () => (this.asking = undefined)
    })

  release(): void {
    this.subscription.unsubscribe()
    this.demand.end()
  }

  private begin(): void {
    this.begun = true
    const held$ = within(this.demand, this.chunks$).pipe(
      map(chunk => this.hold(checked(chunk))),
      catchError((error: unknown) => throwError(() => asKayakError(error))),
    )
    const end = (error?: KayakError): void => {
      this.ended = true
      this.error = error
      this.answer()
    }
    this.subscription.add(held$.subscribe({ next: () => this.answer(), error: end, complete: () => end() }))
  }

  private hold(chunk: Uint8Array): void {
    // not slice(): that of a Buffer is no copy
    this.held.push(new Uint8Array(chunk))
    this.bytes += chunk.byteLength
    this.demand.hold(chunk.byteLength)
    if (this.bytes <= LIMITS.snapshotBacklogBytes) return
    this.over(this.bytes)
    const why = 'A snapshot ran 64 MiB ahead of the disk (the budget "backlog"); give an iterable.'
    throw new KayakError('KAYAK_OVERLOADED', why, { budget: 'backlog' })
  }

  /** Gives all that is held to whoever asks; an empty batch is the end. */
  private answer(): void {
    const { asking, held } = this
    if (asking === undefined || (held.length === 0 && !this.ended)) return
    this.asking = undefined
    if (this.error !== undefined) return asking.error(this.error)
    this.held = []
    this.given = this.bytes
    asking.next(held)
    asking.complete()
  }
}

const NONE: ChunkSupply = {
  pull: () =>
    throwError(() => new KayakError('KAYAK_INVALID', 'A snapshot is an observable or an iterable of Uint8Arrays.')),
  release: () => undefined,
}

function supplyIterable(chunks: object, clock: Clock): ChunkSupply {
  // an iterable is told by its method; what it yields is checked chunk by chunk
  const source = chunks as Partial<AsyncIterable<unknown> & Iterable<unknown>>
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = source
  if (typeof later === 'function') return new Pulled(() => later.call(source), 0, clock)
  if (typeof now === 'function') return new Pulled(() => now.call(source), LIMITS.snapshotTogetherBytes, clock)
  return NONE
}

/** A way to ask for chunks, one batch after the other, of whatever a consumer gives; `over` hears of too many at once. */
export function supplyChunks(chunks: unknown, over: (bytes: number) => void, clock: Clock): ChunkSupply {
  if (isObservable(chunks)) return new Backlog(chunks, over)
  if (typeof chunks !== 'object' || chunks === null) return NONE
  try {
    return supplyIterable(chunks, clock)
  } catch (cause) {
    throw asKayakError(cause)
  }
}
