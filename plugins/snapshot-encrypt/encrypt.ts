import { randomBytes } from 'node:crypto'
import { concatMap, defer, from, map, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import type { Random } from '../../streams/contracts/clock.js'
import { checkedKey, headerOf, nameOf, PIECE_BYTES, Pieces, SALT_BYTES, type NamedKey } from './format.js'
import { inPieces, type Run } from './in-pieces.js'
import { soon$, type Soon } from './soon.js'

/** What encryption is given besides its key. */
export interface EncryptOptions {
  /** Where salts come from, so that a test can repeat itself. Default: the system's. */
  readonly random?: Pick<Random, 'bytes'>
}

class Encrypting implements Run {
  /** What is sealed next. Its own, since what is given may be used again by whoever gave it, and used again for each piece. */
  private readonly plain = Buffer.alloc(PIECE_BYTES)
  private length = 0
  private pieces: Pieces | undefined

  constructor(
    private readonly key: () => Soon<NamedKey>,
    private readonly salt: () => Uint8Array,
  ) {}

  take(bytes: Uint8Array, emit: (bytes: Uint8Array) => void): Observable<Uint8Array> | undefined {
    const { pieces } = this
    if (pieces !== undefined) {
      for (const part of this.filled(pieces, bytes)) emit(part)
      return undefined
    }
    const kept = new Uint8Array(bytes)
    return this.begin$().pipe(concatMap(([header, begun]) => [header, ...this.filled(begun, kept)]))
  }

  end(): Observable<Uint8Array> {
    if (this.pieces !== undefined) return from(this.sealed(this.pieces, true))
    return this.begin$().pipe(concatMap(([header, begun]) => [header, ...this.sealed(begun, true)]))
  }

  private begin$(): Observable<readonly [header: Uint8Array, pieces: Pieces]> {
    return defer(() => soon$(this.key())).pipe(
      map(({ id, key }) => {
        const salt = this.salt()
        const header = headerOf(nameOf(id), salt)
        this.pieces = new Pieces(key, salt, header)
        return [header, this.pieces] as const
      }),
    )
  }

  /** Takes bytes in, and seals what is full, and can't be the last, as more is there. */
  private *filled(pieces: Pieces, bytes: Uint8Array): Generator<Uint8Array, undefined> {
    for (let rest = bytes; rest.byteLength > 0;) {
      if (this.length === PIECE_BYTES) yield* this.sealed(pieces, false)
      const fitting = rest.subarray(0, PIECE_BYTES - this.length)
      this.plain.set(fitting, this.length)
      this.length += fitting.byteLength
      rest = rest.subarray(fitting.byteLength)
    }
  }

  private sealed(pieces: Pieces, isLast: boolean): readonly Uint8Array[] {
    const plain = this.plain.subarray(0, this.length)
    this.length = 0
    return pieces.seal(plain, isLast)
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
