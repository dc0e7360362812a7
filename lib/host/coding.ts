import type { Codec } from '../../streams/contracts/codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Entry, Payload } from '../../streams/contracts/host.js'
import { asItIs, copyOf, decodeWith, encodeWith, type Encoded } from './entry-coding.js'
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
    copyFrom: (bytes, skipped) => this.forConsumers.copyFrom(bytes, skipped),
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

/** What another codec makes of bytes may share their memory, and this is the log's; not of a block, as it may look at all. */
const apart = (codec: object) => (isOwn(codec) ? asItIs : copyOf)

/**
 * Turns an entry of the log into what a consumer sees. Each that is made has blocks of memory of its own: the answer to an
 * append is mostly dropped at once, and would lie between payloads that a consumer of commits keeps.
 */
export const decodeFor = <T>(codec: Codec<T>): ((entry: Encoded) => Entry<T>) =>
  // a codec of kayak's own takes and gives what any other of them does
  decodeWith(isOwn(codec) ? (new HostCodec() as Codec<unknown> as Codec<T>) : codec, apart(codec))

/** Turns what a consumer appends into what the log keeps. */
export const encodeFor = <T>(codec: Codec<T>, payload: T): Uint8Array => encodeWith(codec, payload, apart(codec))
