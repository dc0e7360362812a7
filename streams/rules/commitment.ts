import { termAt, type LogShape } from './log-shape.js'
import { quorumValue } from './quorum.js'
import type { Roster } from './roster.js'

/**
 * How far a leader's log has committed: what a quorum of the roster in force holds durably, if that entry is of the
 * leader's own term (sections 3.6.2 and 10.2.1). Earlier entries commit with it, never by counting.
 */
export function commitIndex(
  roster: Roster,
  shape: LogShape,
  term: number,
  committed: number,
  durable: (id: string) => number,
): number {
  const reached = quorumValue(roster, durable)
  return reached > committed && termAt(shape, reached) === term ? reached : committed
}
