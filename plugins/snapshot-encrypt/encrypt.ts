import { randomBytes } from 'node:crypto'
import { concatMap, defer, of, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import type { Random } from '../../streams/contracts/clock.js'
import { ByteQueue } from '../../streams/operators/byte-queue.js'
import { checkedKey, headerOf, nameOf, PIECE_BYTES, Pieces, SALT_BYTES, type NamedKey } from './format.js'
import { inPieces, type Run } from './in-pieces.js'
import { soon$, type Soon } from './soon.js'

/** What encryption is given besides its key. */
export interface EncryptOptions {
  /** Where salts come from, so that a test can repeat itself. Default: the system's. */
  readonly random?: Pick<Random, 'bytes'>
}

class Encrypting implements Run {
  private readonly queue = new ByteQueue()
  private pieces: Pieces | undefined

  constructor(
    private readonly key: () => Soon<NamedKey>,
    private readonly salt: () => Uint8Array,
  ) {}

  take(bytes: Uint8Array, emit: (bytes: Uint8Array) => void): Observable<Uint8Array> | undefined {
    // what is given may be used again by whoever gave it
    this.queue.push(new Uint8Array(bytes))
    if (this.pieces === undefined) return this.begin$().pipe(concatMap(header => [header, ...this.whole()]))
    for (const piece of this.whole()) emit(piece)
    return undefined
  }

  end(): Observable<Uint8Array> {
    const last = (pieces: Pieces): Uint8Array =>
      pieces.seal(this.queue.take(this.queue.length) ?? new Uint8Array(0), true)
    if (this.pieces !== undefined) return of(last(this.pieces))
    return this.begin$().pipe(concatMap(header => (this.pieces === undefined ? [] : [header, last(this.pieces)])))
  }

  private begin$(): Observable<Uint8Array> {
    return defer(() => soon$(this.key())).pipe(
      concatMap(({ id, key }) => {
        const salt = this.salt()
        const header = headerOf(nameOf(id), salt)
        this.pieces = new Pieces(key, salt, header)
        return [header]
      }),
    )
  }

  /** Those that are full, and can't be the last, as more is there. */
  private *whole(): Generator<Uint8Array, undefined> {
    while (this.pieces !== undefined && this.queue.length > PIECE_BYTES) {
      const plain = this.queue.take(PIECE_BYTES)
      if (plain !== undefined) yield this.pieces.seal(plain, false)
    }
  }
}

/**
 * Encrypts a stream of bytes with AES-256-GCM, piece by piece, and names the key that it did so with: a stage of a snapshot
 * pipeline, whose inverse is `decrypt`. It goes behind `gzip`, since what is encrypted can't be compressed.
 *
 * Each stream has a random salt, from which and the key given its own key is derived (HKDF with SHA-256), and each piece of
 * 64 KiB a tag of its own. The length of what is encrypted can be seen, and the id of the key; so can, as with any
 * compression before encryption, how well it was compressed.
 *
 * ```
 *  bytes          --a--b--|
 *  encrypt(key)
 *  result         --h-----(x|)      h: the key's id and the salt, x: a and b, as they are less than a piece
 * ```
 *
 * @example
 * ```ts
 * of(state).pipe(toRows(), gzip(), encrypt({ id: '2026-07', key }), chunk(64 * KiB))
 * ```
 *
 * @param key - or what gives it, asked for each stream anew, so that a key may be changed while the process runs.
 * @throws {@link KayakError} `KAYAK_INVALID`, at once or in the pipe, for a key that has not 32 bytes, or an id that has not 1
 * to 255.
 */
export function encrypt(
  key: NamedKey | (() => Soon<NamedKey>),
  { random }: EncryptOptions = {},
): MonoTypeOperatorFunction<Uint8Array> {
  const salt = (): Uint8Array => (random === undefined ? randomBytes(SALT_BYTES) : random.bytes(SALT_BYTES))
  if (typeof key === 'function') return inPieces(() => new Encrypting(key, salt))
  checkedKey(key.key)
  nameOf(key.id)
  return inPieces(() => new Encrypting(() => key, salt))
}
