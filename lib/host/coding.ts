import { undecodable, type Codec } from '../../streams/contracts/codec.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Entry, Payload } from '../../streams/contracts/host.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import { payloadCodecOn } from './payload-codec.js'
import { Pieces } from './pieces.js'

const KiB = 1024

/** The codec of a host without one. None of what it makes shares memory with the host's log, nor with another host's. */
export class HostCodec implements Codec<Payload> {
  /** A log keeps all of a stretch, and lets go of it together. */
  private readonly forLog = new Pieces(64 * KiB)
  /** Consumers may keep one payload and drop its neighbours. */
  private readonly forConsumers = new Pieces(16 * KiB)
  private readonly codec = payloadCodecOn({
    forLog: bytes => this.forLog.take(bytes),
    copyOf: bytes => this.forConsumers.copy(bytes),
  })

  encode(value: Payload): Uint8Array {
    return this.codec.encode(value)
  }

  decode(bytes: Uint8Array): Payload {
    return this.codec.decode(bytes)
  }
}

const isOwn = (codec: object): boolean => codec instanceof HostCodec

/** Bytes of a payload that the codec has made so many of: the tag of kayak's own isn't the payload's. */
export const payloadBytes = (codec: object, { byteLength }: Uint8Array): number =>
  isOwn(codec) ? byteLength - 1 : byteLength

export const tooLarge = (bytes: number, most: number): KayakError =>
  new KayakError('KAYAK_PAYLOAD_TOO_LARGE', `A payload of ${String(bytes)} bytes is over the limit of ${String(most)}.`)

export type Encoded = Pick<LogEntry, 'index' | 'term' | 'time' | 'payload'>

/** Turns an entry of the log into what a consumer sees. */
export function decodeWith<T>(codec: Codec<T>): (entry: Encoded) => Entry<T> {
  const own = isOwn(codec)
  return ({ index, term, time, payload }) => {
    try {
      // another's has a copy, since what it makes of it may share its memory; not of a block, since it may look at all of it
      const bytes = own ? payload : new Uint8Array(payload)
      return { index, term, kind: 'data', payload: codec.decode(bytes), time }
    } catch (cause) {
      throw undecodable(`Entry ${String(index)} can't be decoded.`, 'unknown', cause)
    }
  }
}

/** Turns what a consumer appends into what the log keeps. */
export function encodeWith<T>(codec: Codec<T>, payload: T): Uint8Array {
  try {
    const bytes: unknown = codec.encode(payload)
    // a copy, since a codec may use its memory again
    if (bytes instanceof Uint8Array) return isOwn(codec) ? bytes : new Uint8Array(bytes)
  } catch (cause) {
    if (isKayakError(cause)) throw cause
    throw new KayakError('KAYAK_INVALID', 'The codec could not encode the payload.', { cause })
  }
  throw new KayakError('KAYAK_INVALID', 'The codec did not return a Uint8Array.')
}
