import { LIMITS } from '../../../streams/contracts/limits.js'
import { dateOf } from '../../../streams/rules/session.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { Ledger } from '../cluster/ledger.js'
import type { Operation } from '../cluster/operations.js'
import type { Verdict } from '../cluster/step.js'

/** 13. An append is applied at one index, on every member; and what was certainly not committed never is. */
export function appliedOnce(ledger: Ledger, life: string, { session, number, index }: LogEntry, now: number): Verdict {
  const id = `${session} ${number}`
  const known = ledger.applied.get(id) ?? index
  ledger.applied.set(id, known)
  ledger.sessions.add(session)
  if (!ledger.appliedAt.has(id)) ledger.appliedAt.set(id, now)
  if (known !== index) return `${life} applies append ${id} at ${index}, which was applied at ${known}`
  return ledger.rejected.has(id) ? `${life} applies append ${id}, which had certainly failed` : undefined
}

/**
 * 13. Who asks one thing after another reads its own writes, and never reads what is older than what it has read:
 * indexes that it is given don't fall, whichever members give them. A duplicate is given the index of the first.
 */
export function readsOwnWrites(client: string, known: number, given: number): Verdict {
  return given < known ? `client ${client} is given ${given}, and had been given ${known}` : undefined
}

/**
 * 13. Nobody's session is taken for a forgotten one that is new, and dated by what has just committed: otherwise nobody
 * could append under a new one any more.
 */
export function takesNewSessions(ledger: Ledger, { kind, by, id, error }: Operation): Verdict {
  if (kind !== 'append' || error?.code !== 'KAYAK_SESSION_EXPIRED') return undefined
  const [session = ''] = id.split(' ')
  const date = dateOf(session)
  const isOfNow = date !== undefined && date + 1 >= Math.floor(ledger.commit / LIMITS.sessionSpanEntries)
  return isOfNow && !ledger.sessions.has(session)
    ? `${by} takes the new session ${session} for a forgotten one`
    : undefined
}
