import { KayakError } from '../../streams/contracts/errors.js'
import type { Codec } from '../../streams/contracts/codec.js'
import type { Payload } from '../../streams/contracts/host.js'

const BYTES = 0
const UTF8 = 1
const UTF16 = 2

const tagged = (tag: number, bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(bytes.byteLength + 1)
  whole[0] = tag
  whole.set(bytes, 1)
  return whole
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** A string with one has no UTF-8, and still comes out as it went in. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** The codec of hosts without one: a string comes out as a string, bytes as bytes. */
export const payloadCodec: Codec<Payload> = {
  encode(value: unknown) {
    if (value instanceof Uint8Array) return tagged(BYTES, value)
    if (typeof value !== 'string')
      throw new KayakError('KAYAK_INVALID', 'A payload is a string or a Uint8Array; other values need a codec.')
    return LONE_SURROGATE.test(value) ? tagged(UTF16, Buffer.from(value, 'utf16le')) : tagged(UTF8, Buffer.from(value))
  },
  decode(bytes) {
    const content = bytes.subarray(1)
    switch (bytes[0]) {
      case BYTES:
        return new Uint8Array(content)
      case UTF8:
        return utf8.decode(content)
      case UTF16:
        return Buffer.from(content).toString('utf16le')
      default:
        throw new KayakError('KAYAK_INVALID', 'An entry was appended with a codec; this host has none.')
    }
  },
}
