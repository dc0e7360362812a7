import type { CompactionStrategy } from './growth.js'
import { positive } from './positive.js'
import { sumUp } from './sum-up.js'

/**
 * Compacts at every `count`-th entry: the strategy for machines whose state grows with the number of commands.
 *
 * Entries are counted as they come, not by their indexes, which have gaps where Raft's own entries are. A point is the
 * index of the entry that made the count full, and the count begins anew after it.
 *
 * Entries of very different sizes fill a disk at any count: combine with `everyBytes`.
 *
 * ```
 *  growth$          --1--2--4--5--8--     by index
 *  everyEntries(2)
 *  result           -----2-----5-----
 * ```
 *
 * @param count - entries from one point to the next.
 * @throws {@link KayakError} `KAYAK_INVALID` at once if `count` is no whole number from 1.
 */
export const everyEntries = (count: number): CompactionStrategy => sumUp(positive('everyEntries', count), () => 1)
