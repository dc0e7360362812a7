/** How typed values become bytes and come back. Both must be pure: every member decodes what one has encoded. */
export interface Codec<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}
