import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject } from 'node:crypto'
import { KayakError } from '../../streams/contracts/errors.js'
import { unreadable } from '../../streams/operators/unreadable.js'

/** 32 bytes, or a `KeyObject` that holds them. */
export type Key = Uint8Array | KeyObject

/** A key, and the name by which it is found again. */
export interface NamedKey {
  /** Stands in the stream as it is: up to 255 bytes of UTF-8. */
  readonly id: string
  readonly key: Key
}

/** What is encrypted at a time; only the last piece is shorter. */
export const PIECE_BYTES = 64 * 1024
export const TAG_BYTES = 16
const KEY_BYTES = 32
export const SALT_BYTES = 32
const ALGORITHM = 'aes-256-gcm'
const PURPOSE = 'kayak snapshot 1'

/** Who wrote it, and in which version. */
export const MAGIC = Uint8Array.of(0x4b, 0x59, 0x45, 1)

export function checkedKey(key: Key): Key {
  const size = key instanceof Uint8Array ? key.byteLength : key.symmetricKeySize
  if (size === KEY_BYTES) return key
  throw new KayakError('KAYAK_INVALID', `A key for AES-256 has 32 bytes, not ${size ?? 'none'}.`)
}

/** The id of a key as it stands in the stream. */
export function nameOf(id: string): Uint8Array {
  const name = Buffer.from(id)
  if (name.byteLength >= 1 && name.byteLength <= 255) return name
  throw new KayakError('KAYAK_INVALID', 'The id of a key has from 1 to 255 bytes.')
}

/** What a stream begins with: the magic bytes, the length of the key's id, the id, the salt. */
export const headerOf = (name: Uint8Array, salt: Uint8Array): Uint8Array =>
  Buffer.concat([MAGIC, Uint8Array.of(name.byteLength), name, salt])

/**
 * The pieces of one stream. Its key is derived from the one given and a salt of its own, so that no nonce is used twice with
 * a key, whatever is encrypted with the same one: a nonce is the number of the piece, and whether it is the last. So a
 * piece that is damaged, moved, doubled, of another stream, or not the last where it should be, does not authenticate; neither
 * does any under another header. (STREAM: Hoang, Reyhanitabar, Rogaway and Vizár, 2015.)
 */
export class Pieces {
  private readonly key: Uint8Array
  private count = 0

  constructor(
    key: Key,
    salt: Uint8Array,
    private readonly header: Uint8Array,
  ) {
    this.key = new Uint8Array(hkdfSync('sha256', checkedKey(key), salt, PURPOSE, KEY_BYTES))
  }

  /** Gives what is sealed, and its tag: not in one, as a copy of each piece is what the collector has to bear. */
  seal(plain: Uint8Array, isLast: boolean): readonly Uint8Array[] {
    const cipher = createCipheriv(ALGORITHM, this.key, this.nonce(isLast), { authTagLength: TAG_BYTES })
    cipher.setAAD(this.header)
    const sealed = cipher.update(plain)
    cipher.final()
    const tag = cipher.getAuthTag()
    return plain.byteLength === 0 ? [tag] : [sealed, tag]
  }

  /** @throws {@link KayakError} `KAYAK_UNREADABLE`, and tells nothing of what is inside. */
  open(sealed: Uint8Array, isLast: boolean): Uint8Array {
    const length = sealed.byteLength - TAG_BYTES
    if (length < 0) throw unreadable('they are cut short')
    const decipher = createDecipheriv(ALGORITHM, this.key, this.nonce(isLast), { authTagLength: TAG_BYTES })
    decipher.setAAD(this.header)
    decipher.setAuthTag(sealed.subarray(length))
    const plain = decipher.update(sealed.subarray(0, length))
    try {
      decipher.final()
    } catch (cause) {
      throw unreadable('they are damaged, cut short, put together otherwise, or of another key', cause)
    }
    return plain
  }

  private nonce(isLast: boolean): Uint8Array {
    const nonce = Buffer.alloc(12)
    nonce.writeBigUInt64BE(BigInt(this.count++), 3)
    nonce[11] = isLast ? 1 : 0
    return nonce
  }
}
