import { BehaviorSubject, distinctUntilChanged, map, type Observable } from 'rxjs'
import type { Member, PublicRoster, RoleName } from '../contracts/host.js'
import type { Roster, RosterMember } from '../rules/roster.js'
import type { Replica } from '../replica/replica.js'

/** What others may see of a replica, as one value, renewed when a batch of events has settled. */
export interface View {
  readonly role: RoleName
  readonly term: number
  readonly leader: Member | undefined
  readonly roster: PublicRoster
}

const publicMember = ({ id, address }: RosterMember): Member => ({ id, address })

export const publicRoster = ({ voters, learners, index }: Roster): PublicRoster => ({
  voters: voters.map(publicMember),
  learners: learners.map(publicMember),
  index,
})

const roleName = ({ standing, isVoter }: Replica): RoleName =>
  standing.role === 'follower' && !isVoter ? 'learner' : standing.role

/** The committed roster; after a restart, until anything is known to have committed, the one in force. */
const shownRoster = ({ committedRoster, roster }: Replica): Roster =>
  committedRoster.index > 0 ? committedRoster : roster

/** The view as it is now; parts that haven't changed are the same objects as in the one before. */
export function viewOf(replica: Replica, before?: View): View {
  const { term, leader } = replica.standing
  const role = roleName(replica)
  const committed = shownRoster(replica)
  const roster = before?.roster.index === committed.index ? before.roster : publicRoster(committed)
  const sameLeader = before?.leader?.id === leader?.id && before?.leader?.address === leader?.address
  if (before !== undefined && sameLeader && before.role === role && before.term === term && before.roster === roster)
    return before
  return {
    role,
    term,
    leader: sameLeader ? before?.leader : leader && { id: leader.id, address: leader.address },
    roster,
  }
}

/** The one value from which `role$`, `term$`, `leader$` and `roster$` are derived, so that they never disagree. */
export class Views {
  private readonly view: BehaviorSubject<View>

  constructor(private readonly replica: Replica) {
    this.view = new BehaviorSubject(viewOf(replica))
  }

  get now(): View {
    return this.view.value
  }

  refresh(): void {
    const next = viewOf(this.replica, this.view.value)
    if (next !== this.view.value) this.view.next(next)
  }

  /** One part: its current value, then changes. */
  select<T>(part: (view: View) => T): Observable<T> {
    return this.view.pipe(map(part), distinctUntilChanged())
  }

  /** Its last value says that it leads no more, and follows nobody. */
  complete(): void {
    const { role, ...rest } = this.view.value
    this.view.next({ ...rest, role: role === 'learner' ? role : 'follower', leader: undefined })
    this.view.complete()
  }
}
