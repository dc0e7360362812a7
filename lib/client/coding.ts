import { undecodable, type Codec } from '../../streams/contracts/codec.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Entry } from '../../streams/contracts/host.js'
import type { LogEntry } from '../../streams/rules/entry.js'

/** What there is of an entry on the wire. */
export type Encoded = Pick<LogEntry, 'index' | 'term' | 'time' | 'payload'>

/** Turns an entry as it has come into what a consumer sees. What a codec makes of it may keep its memory. */
export const decodeWith =
  <T>(codec: Codec<T>) =>
  ({ index, term, time, payload }: Encoded): Entry<T> => {
    try {
      return { index, term, kind: 'data', payload: codec.decode(payload), time }
    } catch (cause) {
      throw undecodable(`Entry ${String(index)} can't be decoded.`, 'unknown', cause)
    }
  }

export function encodeWith<T>(codec: Codec<T>, payload: T): Uint8Array {
  try {
    const bytes: unknown = codec.encode(payload)
    // a copy, since a codec may use its memory again, and this is sent again where a connection is lost
    if (bytes instanceof Uint8Array) return new Uint8Array(bytes)
  } catch (cause) {
    if (isKayakError(cause)) throw cause
    throw new KayakError('KAYAK_INVALID', 'The codec could not encode the payload.', { cause })
  }
  throw new KayakError('KAYAK_INVALID', 'The codec did not return a Uint8Array.')
}
