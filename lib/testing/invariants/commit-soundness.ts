import { hasQuorum } from '../cluster/has-quorum.js'
import { rosterInForce } from '../../../streams/rules/roster-history.js'
import { holds, type Step, type Verdict } from '../cluster/step.js'

/**
 * 8. When a leader advances its commit index, the entry there is of its own term and durable on a quorum of the roster
 * in force, both halves of a joint one; its own copy counts only once it is on its own disk. In force is the roster of
 * before the event, or the one that the event has brought: a commit may at once let a waiting change begin.
 */
export function commitSoundness({ life, before, now, mirror, diskOf }: Step): Verdict {
  const { role, term } = now.standing
  const advances = before?.standing.role === 'leader' && before.standing.term === term && now.commit > before.commit
  if (role !== 'leader' || !advances) return undefined
  const entry = mirror.at(now.commit)
  if (entry?.term !== term) return `${life} commits entry ${now.commit} of term ${entry?.term ?? 0} in term ${term}`
  const durable = (id: string): boolean => {
    const disk = diskOf(id)
    return disk !== undefined && holds(disk, entry)
  }
  const inForce = [rosterInForce(before.rosters), rosterInForce(now.rosters)]
  return inForce.some(roster => hasQuorum(roster, durable))
    ? undefined
    : `${life} commits entry ${now.commit} without a durable quorum`
}
