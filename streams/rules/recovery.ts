import type { Position } from './entry.js'
import { compacted, emptyShape, termAt, type LogShape } from './log-shape.js'

/** What to do with a log found beside a snapshot: a crash may have come between publishing one and cutting the other. */
export interface Reconciled {
  readonly shape: LogShape
  /** The log doesn't hold what the snapshot ends with, so all of it gives way (section 5.3). */
  readonly discard: boolean
}

/** Whether entries are missing between a snapshot and the log that should go on from it: damage, not a crash. */
export const hasGap = (shape: LogShape, snapshot: Position): boolean => shape.base.index > snapshot.index

/** Whether a term has been lost, and with it perhaps a vote: it is written before any entry of it. */
export const hasLostTerm = (shape: LogShape, term: number): boolean => shape.last.term > term

export function reconcile(shape: LogShape, snapshot: Position): Reconciled {
  if (termAt(shape, snapshot.index) === snapshot.term) return { shape, discard: false }
  return { shape: emptyShape(snapshot), discard: true }
}

/** The shape once a snapshot has been installed: what follows it is kept only if the terms match (section 5.3). */
export const afterInstall = (shape: LogShape, snapshot: Position): LogShape =>
  termAt(shape, snapshot.index) === snapshot.term ? compacted(shape, snapshot) : emptyShape(snapshot)
