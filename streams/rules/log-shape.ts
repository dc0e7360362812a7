import type { Position } from './entry.js'

/**
 * Where a log begins and ends, and which term each index has, without its entries: the start of every run of equal
 * terms. `base` is the position before the first entry, whose term is known so that the first one can be matched.
 */
export interface LogShape {
  readonly base: Position
  readonly last: Position
  /** First position of each run of equal terms, ascending. */
  readonly runs: readonly Position[]
}

export const emptyShape = (base: Position): LogShape => ({ base, last: base, runs: [] })

/** The term at an index: of the base, of an entry, or undefined where the log holds nothing any more or yet. */
export function termAt(shape: LogShape, index: number): number | undefined {
  if (index === shape.base.index) return shape.base.term
  if (index < shape.base.index || index > shape.last.index) return undefined
  return shape.runs.findLast(run => run.index <= index)?.term
}

/** The first index of the run that holds `index`: how far a whole term of disagreement reaches back (section 3.5). */
export const runStart = (shape: LogShape, index: number): number =>
  shape.runs.findLast(run => run.index <= index)?.index ?? shape.base.index + 1

/** The shape after entries from `first` of these terms, all of them following its end. */
export function extended(shape: LogShape, entries: readonly Position[]): LogShape {
  let { runs } = shape
  let { index: lastIndex, term: lastTerm } = shape.last
  for (const { index, term } of entries) {
    if (runs.length === 0 || term !== lastTerm) runs = [...runs, { index, term }]
    lastIndex = index
    lastTerm = term
  }
  return { base: shape.base, last: { index: lastIndex, term: lastTerm }, runs }
}

/** The shape without `from` and all that follows. */
export function truncated(shape: LogShape, from: number): LogShape {
  if (from > shape.last.index) return shape
  if (from <= shape.base.index + 1) return emptyShape(shape.base)
  const runs = shape.runs.filter(run => run.index < from)
  return { base: shape.base, runs, last: { index: from - 1, term: runs.at(-1)?.term ?? shape.base.term } }
}

/** The shape without `until` and all before; a log that ends at or before it becomes empty there. */
export function compacted(shape: LogShape, until: Position): LogShape {
  if (until.index <= shape.base.index) return shape
  if (until.index >= shape.last.index) return emptyShape(until)
  const following = until.index + 1
  const term = termAt(shape, following) ?? until.term
  const later = shape.runs.filter(run => run.index > following)
  return { base: until, last: shape.last, runs: [{ index: following, term }, ...later] }
}
