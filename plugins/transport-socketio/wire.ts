/*
 * A frame, which is one binary WebSocket message, big-endian:
 *
 *   tag u8 | 3 zero bytes | bytes of JSON u32 | JSON, UTF-8 | the bytes of all Uint8Arrays, one after the other
 *
 * In the JSON a `Uint8Array` is the string of a NUL and its length in decimal digits; a string that itself begins with
 * a NUL gets one more in front. socket.io's own parser would send two WebSocket messages for each one with bytes.
 */
const HEADER_BYTES = 8
const DEEPEST = 16
const NUL = '\0'

const isBytesMark = (text: string): boolean => text.charCodeAt(0) === 0

/** Puts marks for bytes, which it collects. Leaves out what isn't data, and what is nested too deeply. */
function pack(value: unknown, bytes: Uint8Array[], depth = 0): unknown {
  if (typeof value === 'string') return isBytesMark(value) ? NUL + value : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || depth > DEEPEST) return undefined
  if (value === null) return value
  if (value instanceof Uint8Array) {
    bytes.push(value)
    return NUL + String(value.byteLength)
  }
  if (Array.isArray(value)) return value.map(item => pack(item, bytes, depth + 1))
  const packed: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) packed[key] = pack(item, bytes, depth + 1)
  return packed
}

/** Makes a frame of a tag, from 0 to 255, and a value. */
export function encodeFrame(tag: number, value: unknown): Uint8Array {
  const parts: Uint8Array[] = []
  const json = value === undefined ? '' : JSON.stringify(pack(value, parts))
  const jsonBytes = Buffer.byteLength(json)
  const size = parts.reduce((sum, part) => sum + part.byteLength, HEADER_BYTES + jsonBytes)
  const frame = Buffer.allocUnsafe(size)
  frame.writeUInt32BE(tag * 2 ** 24, 0)
  frame.writeUInt32BE(jsonBytes, 4)
  frame.write(json, HEADER_BYTES, 'utf8')
  let at = HEADER_BYTES + jsonBytes
  for (const part of parts) {
    frame.set(part, at)
    at += part.byteLength
  }
  return frame
}

const malformed = (what: string): Error => new Error(`a frame ${what}`)

/** Hands out the bytes behind the JSON, in order. */
class Attachments {
  #at: number
  readonly #mustCopy: boolean

  constructor(
    private readonly frame: Buffer,
    start: number,
  ) {
    this.#at = start
    // A view keeps the whole buffer alive that it was received in, which may be far larger than the frame.
    this.#mustCopy = frame.byteLength * 2 < frame.buffer.byteLength
  }

  take(mark: string): Uint8Array {
    const digits = mark.slice(1)
    const length = Number(digits)
    if (!/^(0|[1-9]\d{0,9})$/.test(digits) || this.#at + length > this.frame.byteLength)
      throw malformed('has bytes that it does not hold')
    const start = this.frame.byteOffset + this.#at
    this.#at += length
    const view = new Uint8Array(this.frame.buffer, start, length)
    return this.#mustCopy ? view.slice() : view
  }

  get isSpent(): boolean {
    return this.#at === this.frame.byteLength
  }
}

/** Puts the bytes back in place of their marks. */
function unpack(value: unknown, attachments: Attachments, depth = 0): unknown {
  if (typeof value === 'string') {
    if (!isBytesMark(value)) return value
    return value.charCodeAt(1) === 0 ? value.slice(1) : attachments.take(value)
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) throw malformed('is nested too deeply')
  if (Array.isArray(value)) return value.map((item: unknown) => unpack(item, attachments, depth + 1))
  if (Object.hasOwn(value, '__proto__')) throw malformed('has a key that reaches the prototype')
  const unpacked: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) unpacked[key] = unpack(item, attachments, depth + 1)
  return unpacked
}

/** Takes a frame apart; throws if it is anything that {@link encodeFrame} doesn't make. */
export function decodeFrame(bytes: Uint8Array): { readonly tag: number; readonly value: unknown } {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (frame.byteLength < HEADER_BYTES) throw malformed('is shorter than its header')
  const tag = frame.readUInt8(0)
  const end = HEADER_BYTES + frame.readUInt32BE(4)
  if (frame.readUIntBE(1, 3) !== 0) throw malformed('has a header of another version')
  if (end > frame.byteLength) throw malformed('is shorter than its JSON')
  const attachments = new Attachments(frame, end)
  const json = frame.toString('utf8', HEADER_BYTES, end)
  const value = json === '' ? undefined : unpack(JSON.parse(json), attachments)
  if (!attachments.isSpent) throw malformed('is longer than what it holds')
  return { tag, value }
}
