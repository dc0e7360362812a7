import type { CompactionStrategy } from './growth.js'
import { positive } from './positive.js'
import { sumUp } from './sum-up.js'

/**
 * Compacts whenever payloads of `bytes` or more have come: what bounds a log on disk, whatever the entries are like.
 *
 * A point is the index of the entry that reached the limit. What it was exceeded by isn't carried over, so one huge
 * entry is one point and not several in a row.
 *
 * ```
 *  growth$        --a--b--c--d--e--     3, 3, 9, 1 and 3 bytes
 *  everyBytes(4)
 *  result         -----b--c-----e--     by index
 * ```
 *
 * @param bytes - bytes from one point to the next, as `growth()` counts them.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `bytes` is no whole number from 1.
 */
export const everyBytes = (bytes: number): CompactionStrategy =>
  sumUp(positive('everyBytes', bytes), growth => growth.bytes)
