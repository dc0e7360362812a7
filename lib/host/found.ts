import { concat, of, type Observable } from 'rxjs'
import { encodeRoster } from '../../streams/contracts/roster-codec.js'
import type { Identity, Opened, Storage } from '../../streams/contracts/storage.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import { EMPTY_ROSTER, type ClusterSettings, type Roster } from '../../streams/rules/roster.js'

/**
 * Founds a cluster in a new folder: its first entry is a roster of one voter, in term 1. A crash in the middle leaves
 * the identity as `founding`, and the next start finishes it.
 */
export function found$(
  storage: Storage,
  opened: Opened,
  identity: Identity,
  settings: ClusterSettings,
  now: number,
): Observable<Opened> {
  const { memberId: id, advertise: address } = identity
  const roster: Roster = { ...EMPTY_ROSTER, index: 1, voters: [{ id, address, incarnation: 1 }], settings }
  const payload = encodeRoster(roster)
  const first: LogEntry = { index: 1, term: 1, kind: 'roster', time: Math.floor(now), session: '', number: 0, payload }
  const termAndVote = { term: 1, vote: undefined }
  const founded: Identity = { ...identity, standing: 'member' }
  const last = { index: 1, term: 1 }
  const steps = opened.last.index === 0 ? [storage.append([first])] : []
  const after = { ...opened, identity: founded, termAndVote, last, runs: [last] }
  return concat(
    storage.saveIdentity({ ...identity, standing: 'founding' }),
    ...steps,
    storage.saveTermAndVote(termAndVote),
    storage.saveIdentity(founded),
    of({ ...after, rosters: opened.last.index === 0 ? [first] : opened.rosters }),
  )
}
