import { crc32 } from '../../../streams/contracts/checksum.js'
import { mix, mixText } from './mix.js'

/** A digest of all that has happened in a run: equal for equal runs, and for hardly any others. */
export class Trace {
  private high = 0
  private low = 1
  private readonly texts = new Map<string, number>()

  number(value: number): void {
    this.high = mix(this.high, value)
    this.low = mix(this.low ^ this.high, value)
  }

  /** Names and the like: each is digested once. */
  text(text: string): void {
    const known = this.texts.get(text) ?? mixText(0, text)
    this.texts.set(text, known)
    this.number(known)
  }

  /** Everything in a message. */
  message(message: object): void {
    for (const value of Object.values(message)) this.value(value)
  }

  get digest(): string {
    return this.high.toString(16).padStart(8, '0') + this.low.toString(16).padStart(8, '0')
  }

  private bytes(bytes: Uint8Array): void {
    this.number(bytes.byteLength)
    this.number(crc32(bytes))
  }

  private value(value: unknown): void {
    if (typeof value === 'number') this.number(value)
    else if (typeof value === 'string') this.text(value)
    else if (value instanceof Uint8Array) this.bytes(value)
    else if (Array.isArray(value)) value.forEach(item => this.value(item))
    else this.number(value === true ? 1 : 2)
  }
}
