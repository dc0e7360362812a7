import type { Position } from './entry.js'
import { runStart, termAt, type LogShape } from './log-shape.js'

/** Where entries that a leader sends stand in the log that gets them (section 3.5). */
export type Fit =
  /** The entry before them is missing, or another: `hint` is the last position that may still agree. */
  | { readonly fits: false; readonly hint: Position }
  /** They follow: keep what is there before `from`, drop what conflicts from `truncateFrom`, append from `from` on. */
  | { readonly fits: true; readonly truncateFrom: number | undefined; readonly from: number }

/**
 * The greatest position at or before `index` whose term is no later than `term`: everything after it surely disagrees.
 * Behind the base nothing is known any more; where even the base disagrees, or is too late, only a snapshot helps.
 */
export function agreeableBefore(shape: LogShape, index: number, term: number): Position {
  let at = Math.min(index, shape.last.index)
  while (at > shape.base.index && (termAt(shape, at) ?? 0) > term) at = runStart(shape, at) - 1
  const known = termAt(shape, at)
  if (known !== undefined && known <= term) return { index: at, term: known }
  return { index: Math.min(at, shape.base.index - 1), term }
}

/** The first of the entries that the log doesn't hold with the same term: it is missing or conflicts. */
const firstNew = (shape: LogShape, entries: readonly Position[]): Position | undefined =>
  entries.find(entry => entry.index > shape.base.index && termAt(shape, entry.index) !== entry.term)

/**
 * Whether entries fit behind `previous`, and what gives way. What is compacted has committed, so it agrees; an old
 * and short message shrinks nothing, since only a real conflict of terms truncates.
 */
export function fitEntries(shape: LogShape, previous: Position, entries: readonly Position[]): Fit {
  const compacted = previous.index < shape.base.index
  if (!compacted && termAt(shape, previous.index) !== previous.term) {
    const bound = previous.index > shape.last.index ? shape.last.index : previous.index - 1
    return { fits: false, hint: agreeableBefore(shape, bound, previous.term) }
  }
  const end = entries.at(-1)?.index ?? previous.index
  if (compacted && end < shape.base.index) return { fits: true, truncateFrom: undefined, from: end + 1 }
  const first = firstNew(shape, entries)
  if (first === undefined) return { fits: true, truncateFrom: undefined, from: end + 1 }
  return { fits: true, truncateFrom: first.index <= shape.last.index ? first.index : undefined, from: first.index }
}
