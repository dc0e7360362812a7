import { undecodable, type Codec } from '../../streams/contracts/codec.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Entry } from '../../streams/contracts/host.js'
import type { LogEntry } from '../../streams/rules/entry.js'

/** What a log or the wire has of an entry. */
export type Encoded = Pick<LogEntry, 'index' | 'term' | 'time' | 'payload'>

type Bytes = (bytes: Uint8Array) => Uint8Array

export const asItIs: Bytes = bytes => bytes

/** Not `slice()`, which on a Buffer makes another view of the same memory. */
export const copyOf: Bytes = bytes => new Uint8Array(bytes)

/** Turns an entry into what a consumer sees. What a codec makes of the bytes that it is given may keep their memory. */
export const decodeWith =
  <T>(codec: Codec<T>, given: Bytes) =>
  ({ index, term, time, payload }: Encoded): Entry<T> => {
    try {
      return { index, term, kind: 'data', payload: codec.decode(given(payload)), time }
    } catch (cause) {
      throw undecodable(`Entry ${String(index)} can't be decoded.`, 'unknown', cause)
    }
  }

/** Turns what a consumer appends into what is kept of what the codec has made, which may use its memory again. */
export function encodeWith<T>(codec: Codec<T>, payload: T, kept: Bytes): Uint8Array {
  try {
    const bytes: unknown = codec.encode(payload)
    if (bytes instanceof Uint8Array) return kept(bytes)
  } catch (cause) {
    if (isKayakError(cause)) throw cause
    throw new KayakError('KAYAK_INVALID', 'The codec could not encode the payload.', { cause })
  }
  throw new KayakError('KAYAK_INVALID', 'The codec did not return a Uint8Array.')
}
