/** What stands before each value in rows. These numbers are a format: they don't change. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  integer: 4,
  number: 5,
  bigint: 6,
  string: 7,
  utf16: 8,
  bytes: 9,
  array: 10,
  object: 11,
  map: 12,
  set: 13,
  persistentMap: 14,
  end: 15,
} as const

/** Containers, in which values follow until `end`; in all but arrays and sets a key before each value. */
export type ContainerTag = (typeof TAG)['array' | 'object' | 'map' | 'set' | 'persistentMap']

/** What rows begin with: who they are of, and their version. */
export const ROWS_MAGIC = Uint8Array.of(0x4b, 0x59, 0x52, 1)

/** Containers in containers; deeper ones hold themselves, or were not written by us. */
export const MOST_DEEP = 10_000
