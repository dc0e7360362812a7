/*
 * A frame, which is one binary WebSocket message, big-endian:
 *
 *   tag u8 | 3 zero bytes | bytes of JSON u32 | JSON, UTF-8 | the bytes of all Uint8Arrays, one after the other
 *
 * In the JSON a `Uint8Array` is the string of a NUL and its length in decimal digits; a string that itself begins with
 * a NUL gets one more in front. socket.io's own parser would send two WebSocket messages for each one with bytes.
 *
 * Here is what becomes of values, on Node and in browsers; what becomes of bytes is in `wire.ts` for members and in
 * `frame.ts` for browsers.
 */
export const HEADER_BYTES = 8
const DEEPEST = 16
/** What a message holds beside its bytes is far less; what a stranger sends may be a million of fields. */
const MOST_JSON_BYTES = 1024 * 1024
const NUL = '\0'

const isBytesMark = (text: string): boolean => text.charCodeAt(0) === 0

/** Puts marks for bytes, which it collects. Leaves out what isn't data, and what is nested too deeply. */
export function pack(value: unknown, bytes: Uint8Array[], depth = 0): unknown {
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

export const malformed = (what: string): Error => new Error(`a frame ${what}`)

/** Hands out the bytes behind the JSON, in order. */
export class Attachments {
  #at: number
  readonly #mustCopy: boolean

  constructor(
    private readonly frame: Uint8Array,
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
export function unpack(value: unknown, attachments: Attachments, depth = 0): unknown {
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

/** The value of a frame whose header says where its JSON ends; throws if it isn't sound. */
export function valueOf(frame: Uint8Array, end: number, text: (from: number, to: number) => string): unknown {
  if (end > frame.byteLength) throw malformed('is shorter than its JSON')
  if (end - HEADER_BYTES > MOST_JSON_BYTES) throw malformed('has more than 1 MiB of JSON')
  const attachments = new Attachments(frame, end)
  const json = text(HEADER_BYTES, end)
  const value = json === '' ? undefined : unpack(JSON.parse(json), attachments)
  if (!attachments.isSpent) throw malformed('is longer than what it holds')
  return value
}

/** A frame taken apart. */
export interface Frame {
  /** From 0 to 255. */
  readonly tag: number
  readonly value: unknown
}
