import { unreadable } from './unreadable.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads back what a `ByteWriter` has written, and doesn't believe any of it. */
export class ByteReader {
  private readonly view: DataView
  private at = 0

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.byteLength
  }

  tag(): number {
    return this.byte()
  }

  integer(): number {
    const first = this.byte()
    const rest = (first & 128) === 0 ? 0 : this.varint()
    const value = ((first >> 1) & 63) + rest * 64
    return this.safe((first & 1) === 0 ? value : -value - 1)
  }

  number(): number {
    return this.view.getFloat64(this.skip(8))
  }

  bigint(): bigint {
    const digits = this.text()
    if (/^-?\d+$/.test(digits)) return BigInt(digits)
    throw unreadable('a number is none')
  }

  /** A copy, so that a state doesn't hold on to the piece that it came in. */
  byteArray(): Uint8Array {
    // not slice(), which of a Buffer is no copy
    return new Uint8Array(this.slice(this.varint()))
  }

  string(): string {
    return this.text()
  }

  utf16(): string {
    const length = this.varint()
    if (length % 2 !== 0) throw unreadable('a string is cut in half')
    const begin = this.skip(length)
    let text = ''
    for (let at = begin; at < begin + length; at += 2) text += String.fromCharCode(this.view.getUint16(at))
    return text
  }

  private text(): string {
    const bytes = this.slice(this.varint())
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw unreadable('a string is no UTF-8', cause)
    }
  }

  private slice(length: number): Uint8Array {
    const begin = this.skip(length)
    return this.bytes.subarray(begin, begin + length)
  }

  private varint(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte()
      value += (byte & 127) * unit
      if ((byte & 128) === 0) return this.safe(value)
      if (unit > 2 ** 49) throw unreadable('a number is too large')
    }
  }

  private safe(value: number): number {
    if (Number.isSafeInteger(value)) return value
    throw unreadable('a number is too large')
  }

  private byte(): number {
    // there is one, as skip has seen
    return this.view.getUint8(this.skip(1))
  }

  private skip(count: number): number {
    const begin = this.at
    if (count > this.bytes.byteLength - begin) throw unreadable('a row is shorter than it says')
    this.at += count
    return begin
  }
}
