import { defer, EMPTY, concatMap, from, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import { ByteQueue } from '../../streams/operators/byte-queue.js'
import { unreadable } from '../../streams/operators/unreadable.js'
import { headerOf, MAGIC, PIECE_BYTES, Pieces, SALT_BYTES, TAG_BYTES, type Key } from './format.js'
import { inPieces, type Run } from './in-pieces.js'
import { soon$, type Soon } from './soon.js'

/** Finds the key that a stream names; undefined if there is none any more. */
export type KeyLookup = (id: string) => Soon<Key | undefined>

const SEALED_BYTES = PIECE_BYTES + TAG_BYTES

class Decrypting implements Run {
  private readonly queue = new ByteQueue()
  private nameBytes: number | undefined
  private pieces: Pieces | undefined

  constructor(private readonly lookup: KeyLookup) {}

  take(bytes: Uint8Array, emit: (bytes: Uint8Array) => void): Observable<Uint8Array> | undefined {
    this.queue.push(bytes)
    if (this.pieces === undefined) return this.begin$()
    for (const plain of this.whole()) emit(plain)
    return undefined
  }

  end(): Observable<Uint8Array> {
    const { pieces, queue } = this
    if (pieces === undefined) throw unreadable('they are cut short')
    const last = pieces.open(queue.take(queue.length) ?? new Uint8Array(0), true)
    return last.byteLength === 0 ? EMPTY : from([last])
  }

  /** Looks for the key, once all of the header is there, and opens what has come with it. */
  private begin$(): Observable<Uint8Array> | undefined {
    this.nameBytes ??= this.lengthOfName()
    if (this.nameBytes === undefined || this.queue.length < this.nameBytes + SALT_BYTES) return undefined
    const [name, salt] = [this.queue.take(this.nameBytes), this.queue.take(SALT_BYTES)]
    if (name === undefined || salt === undefined) return undefined
    const id = Buffer.from(name).toString()
    return defer(() => soon$(this.lookup(id))).pipe(
      concatMap(key => {
        if (key === undefined) throw unreadable(`there is no key ${JSON.stringify(id)}`)
        this.pieces = new Pieces(key, salt, headerOf(name, salt))
        return this.whole()
      }),
    )
  }

  private lengthOfName(): number | undefined {
    const start = this.queue.take(MAGIC.byteLength + 1)
    if (start === undefined) return undefined
    if (MAGIC.some((byte, at) => byte !== start[at])) throw unreadable('encrypt has not written them')
    const length = start[MAGIC.byteLength]
    if (length === undefined || length === 0) throw unreadable('they name no key')
    return length
  }

  /** Those that are not the last, as something follows. */
  private *whole(): Generator<Uint8Array, undefined> {
    while (this.pieces !== undefined && this.queue.length > SEALED_BYTES) {
      const sealed = this.queue.take(SEALED_BYTES)
      if (sealed !== undefined) yield this.pieces.open(sealed, false)
    }
  }
}

/**
 * Gives back what `encrypt` has encrypted, wherever it is cut. A piece is passed on when it has been authenticated, at its
 * place in its stream, and not before; that the last piece was the last is known at the end, so what comes of the bytes
 * counts when the stream has completed, as it does for `fromRows`.
 *
 * Whatever is damaged, cut short, moved, doubled, mixed with another stream, never written by `encrypt`, or of a key that
 * `lookup` doesn't find errors with `KAYAK_UNREADABLE`.
 *
 * ```
 *  bytes            --h-----x--|
 *  decrypt(lookup)
 *  result           -----------(a|)      x is known to be the last at the end
 * ```
 *
 * @example
 * ```ts
 * const keys = new Map([['2026-06', old], ['2026-07', key]]) // the old one for as long as snapshots of it may be read
 * snapshot.chunks$.pipe(decrypt(id => keys.get(id)), gunzip(), fromRows())
 * ```
 *
 * @param lookup - is asked once, for an id that nobody has authenticated yet. May give a promise or an observable.
 */
export const decrypt = (lookup: KeyLookup): MonoTypeOperatorFunction<Uint8Array> =>
  inPieces(() => new Decrypting(lookup))
