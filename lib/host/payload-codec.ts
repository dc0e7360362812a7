import { KayakError } from '../../streams/contracts/errors.js'
import type { Codec } from '../../streams/contracts/codec.js'
import type { Payload } from '../../streams/contracts/host.js'

const BYTES = 0
const UTF8 = 1
const UTF16 = 2

/** Where a codec has its memory from. */
export interface Memory {
  /** So many bytes for what goes into the log. */
  readonly forLog: (bytes: number) => Uint8Array
  /** A copy of what comes behind so many bytes, for whoever reads it. */
  readonly copyFrom: (bytes: Uint8Array, skipped: number) => Uint8Array
}

const TAG_BYTES = 1
const OWN_MEMORY: Memory = {
  forLog: bytes => new Uint8Array(bytes),
  copyFrom: (bytes, skipped) => new Uint8Array(bytes.subarray(skipped)),
}

const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** A string with one has no UTF-8, and still comes out as it went in. */
const LONE_SURROGATE = /\p{Surrogate}/u

function utf16Of(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), true)
  return bytes
}

function textOf(utf16: Uint8Array): string {
  const view = new DataView(utf16.buffer, utf16.byteOffset, utf16.byteLength)
  let text = ''
  for (let at = 0; at + 1 < utf16.byteLength; at += 2) text += String.fromCharCode(view.getUint16(at, true))
  return text
}

/** The codec of hosts and clients without one, in browsers too: a string comes out as a string, bytes as bytes. */
export function payloadCodecOn({ forLog, copyFrom }: Memory): Codec<Payload> {
  const tagged = (tag: number, bytes: Uint8Array): Uint8Array => {
    const whole = forLog(TAG_BYTES + bytes.byteLength)
    whole[0] = tag
    whole.set(bytes, TAG_BYTES)
    return whole
  }
  return {
    encode(value: unknown) {
      if (value instanceof Uint8Array) return tagged(BYTES, value)
      if (typeof value !== 'string')
        throw new KayakError('KAYAK_INVALID', 'A payload is a string or a Uint8Array; other values need a codec.')
      return LONE_SURROGATE.test(value) ? tagged(UTF16, utf16Of(value)) : tagged(UTF8, encoder.encode(value))
    },
    decode(bytes) {
      switch (bytes[0]) {
        case BYTES:
          return copyFrom(bytes, TAG_BYTES)
        case UTF8:
          return utf8.decode(bytes.subarray(TAG_BYTES))
        case UTF16:
          return textOf(bytes.subarray(TAG_BYTES))
        default:
          throw new KayakError('KAYAK_INVALID', 'An entry was appended with a codec; this host has none.')
      }
    },
  }
}

/** The same where every copy has memory of its own, as a client's has. */
export const payloadCodec = payloadCodecOn(OWN_MEMORY)
