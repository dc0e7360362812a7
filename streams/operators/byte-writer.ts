import { TAG } from './values.js'

const utf8 = new TextEncoder()
/** A string with one has no UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u
/** Longer strings are measured first, shorter ones get the most that they may need. */
const SHORT_STRING = 64

/** Collects values as bytes, in memory that grows as needed. */
export class ByteWriter {
  private bytes: Uint8Array
  private view: DataView
  private at = 0

  constructor(private readonly size: number) {
    this.bytes = new Uint8Array(size)
    this.view = new DataView(this.bytes.buffer)
  }

  get length(): number {
    return this.at
  }

  /** What was written so far; begins anew. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.at)
    this.bytes = new Uint8Array(this.size)
    this.view = new DataView(this.bytes.buffer)
    this.at = 0
    return taken
  }

  /** Four bytes that are known later. */
  setUint32(at: number, value: number): void {
    this.view.setUint32(at, value)
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.byteLength)
    this.bytes.set(bytes, this.at)
    this.at += bytes.byteLength
  }

  tag(tag: number): void {
    this.reserve(1)
    this.bytes[this.at++] = tag
  }

  number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.tag(TAG.integer)
      // zigzag, so that small negative ones are short
      this.varint(value < 0 ? -(value + 1) : value, value < 0)
      return
    }
    this.tag(TAG.number)
    this.reserve(8)
    this.view.setFloat64(this.at, value)
    this.at += 8
  }

  bigint(value: bigint): void {
    this.tag(TAG.bigint)
    this.lengthed(utf8.encode(value.toString()))
  }

  byteArray(value: Uint8Array): void {
    this.tag(TAG.bytes)
    this.lengthed(value)
  }

  string(value: string): void {
    if (LONE_SURROGATE.test(value)) return this.utf16(value)
    this.tag(TAG.string)
    if (value.length > SHORT_STRING) return this.lengthed(utf8.encode(value))
    this.reserve(1 + 3 * value.length)
    // at most 192 bytes, whose length may need a second byte
    const { written } = utf8.encodeInto(value, this.bytes.subarray(this.at + 1))
    if (written < 128) this.bytes[this.at] = written
    else {
      this.reserve(2 + written)
      this.bytes.copyWithin(this.at + 2, this.at + 1, this.at + 1 + written)
      this.bytes[this.at] = (written & 127) | 128
      this.bytes[this.at + 1] = written >> 7
      this.at++
    }
    this.at += 1 + written
  }

  private utf16(value: string): void {
    const bytes = new Uint8Array(2 * value.length)
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < value.length; at++) view.setUint16(2 * at, value.charCodeAt(at))
    this.tag(TAG.utf16)
    this.lengthed(bytes)
  }

  private lengthed(bytes: Uint8Array): void {
    this.varint(bytes.byteLength)
    this.raw(bytes)
  }

  /** Seven bits a byte, the lowest first; the first six and the sign in the first byte of a signed one. */
  private varint(value: number, isNegative?: boolean): void {
    this.reserve(10)
    let rest = value
    if (isNegative !== undefined) {
      const low = rest % 64
      rest = (rest - low) / 64
      this.bytes[this.at++] = (rest > 0 ? 128 : 0) | (low << 1) | (isNegative ? 1 : 0)
      if (rest === 0) return
    }
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
  }

  private reserve(count: number): void {
    if (this.at + count <= this.bytes.byteLength) return
    const larger = new Uint8Array(Math.max(2 * this.bytes.byteLength, this.at + count))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}
