import { hasQuorum } from '../cluster/has-quorum.js'
import type { Sending, Verdict } from '../cluster/step.js'

/**
 * 17. How long after the last fault a cluster with a majority up may take until it has one leader: five maximal election
 * timeouts, ten with seven members or more; and as long again until a new append is acknowledged.
 */
export const recoveryBoundMs = (electionTimeoutMs: number, members: number): number =>
  2 * electionTimeoutMs * (members >= 7 ? 10 : 5)

/**
 * 17. A member that was cut off doesn't raise the term when it returns: whoever asks for votes has been told before, by
 * a quorum of its own roster, that it would get them, unless a leader has handed over to it.
 */
export function raisesNoTermAlone({ ledger, name, id, message, roster }: Sending): Verdict {
  if (message.type !== 'request-vote' || message.pre || message.transfer) return undefined
  const granted = ledger.preGranted.get(`${message.term} ${id}`) ?? new Set()
  const isFavoured = roster !== undefined && hasQuorum(roster, voter => voter === id || granted.has(voter))
  return isFavoured ? undefined : `${name} asks for votes in term ${message.term} before a quorum would give them`
}
