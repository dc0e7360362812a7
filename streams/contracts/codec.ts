/** How typed values become bytes and come back. Both must be pure: every member decodes what one has encoded. */
export interface Codec<T> {
  /** What goes into the log. What it throws fails the append with `KAYAK_INVALID`. */
  encode(value: T): Uint8Array
  /** The inverse. What it throws is `KAYAK_INVALID` where the entry is read. */
  decode(bytes: Uint8Array): T
}
