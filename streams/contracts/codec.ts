import { isKayakError, KayakError, type Outcome } from './errors.js'

/** How typed values become bytes and come back. Both must be pure: every member decodes what one has encoded. */
export interface Codec<T> {
  /** What goes into the log. What it throws fails the append with `KAYAK_INVALID`. */
  encode(value: T): Uint8Array
  /** The inverse. What it throws is `KAYAK_INVALID` where the entry is read, or has the code of the `KayakError` that it is. */
  decode(bytes: Uint8Array): T
}

/** What is told where a codec can't decode: one that knows more, as that a program is too old, says so by its code. */
export const undecodable = (what: string, outcome: Outcome, cause: unknown): KayakError =>
  new KayakError(isKayakError(cause) ? cause.code : 'KAYAK_INVALID', what, { outcome, cause })
