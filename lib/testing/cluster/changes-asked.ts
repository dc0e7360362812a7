import type { Replica } from '../../../streams/replica/replica.js'
import type { RosterChange } from '../../../streams/rules/membership.js'
import type { Roster } from '../../../streams/rules/roster.js'
import { rostersAskedFor } from '../invariants/rosters-asked-for.js'
import type { Watched } from './checker.js'
import type { Verdict } from './step.js'

/** A change that somebody waits for, under each of the ids under which he has asked for it. */
interface Asked {
  readonly change: RosterChange
  readonly ids: Set<string>
}

/** What one life of a member was asked for, and how it stood when it was last seen. */
class AskedOfLife {
  private readonly open = new Map<string, Asked>()
  private readonly answeredIds = new Set<string>()
  /** The term that it leads, if it does. */
  private leads: number | undefined
  private roster: Roster

  constructor(
    readonly life: string,
    private readonly replica: Replica,
  ) {
    this.roster = replica.roster
    const { messages } = replica
    // both end with the member
    messages.ofType('change-roster').subscribe(({ from, message: { id, ifIndex }, steps }) => {
      if (this.answeredIds.has(id)) return
      const key = JSON.stringify([from.id, steps, ifIndex])
      const asked = this.open.get(key) ?? { change: { steps, ifIndex }, ids: new Set() }
      this.open.set(key, asked)
      asked.ids.add(id)
    })
    // what it asks itself is answered to itself
    messages.ofType('change-reply').subscribe(({ message: { id } }) => this.answered(id))
  }

  answered(id: string): void {
    this.answeredIds.add(id)
    for (const [key, { ids }] of this.open) {
      if (!ids.has(id)) continue
      for (const other of ids) this.answeredIds.add(other)
      this.open.delete(key)
    }
  }

  look(): Verdict {
    const { life, replica, roster: before, leads: led } = this
    const { roster: made, standing } = replica
    this.leads = standing.role === 'leader' ? standing.term : undefined
    this.roster = made
    if (led === undefined || this.leads !== led || made.index <= before.index) return undefined
    return rostersAskedFor({ life, before, made, open: [...this.open.values()].map(({ change }) => change) })
  }
}

/** What members were asked for in changes of the roster, and make of it. */
export class ChangesAsked {
  private readonly lives = new Map<string, AskedOfLife>()

  /** After an event of a member. */
  look({ name, life, replica }: Watched): Verdict {
    const known = this.lives.get(name)
    if (known?.life === life && replica !== undefined) return known.look()
    if (replica === undefined) this.lives.delete(name)
    else this.lives.set(name, new AskedOfLife(life, replica))
    return undefined
  }

  /** A member has answered somebody else. */
  answered(name: string, id: string): void {
    this.lives.get(name)?.answered(id)
  }
}
