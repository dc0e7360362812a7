import { NEXT } from '../../cluster/next-version.js'
import { isMember } from '../../../../streams/rules/roster.js'
import type { TestMember } from '../../cluster/test-member.js'
import type { Nemesis } from './nemesis.js'
import { die, pick, shuffled } from './dice.js'
import { settingsOf } from './settings.js'
import type { Strike } from './strike.js'

/** Of what a cluster was founded with; more than half of it, so that a beat isn't all that is heard in a timeout. */
const SHARES = [0.5, 0.75, 1, 1.5]

const settle: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  const by = nemesis.running(die(fault, 0))
  const share = pick(SHARES, die(fault, 1)) ?? 1
  const settings = settingsOf(cluster.settings, share)
  const hasLeases = die(fault, 2) < 0.8
  if (by !== undefined)
    cluster.callers.change(by, { type: 'settle', settings: hasLeases ? settings : { ...settings, leaseMs: 0 } })
}

/** Whether whoever may yet become a member speaks the next version: who asks to be let in is looked at for that. */
const areReady = ({ members }: Nemesis['cluster'], leader: TestMember): boolean =>
  members.every(member => {
    const isOutside = leader.replica !== undefined && !isMember(leader.replica.roster, member.id)
    return !isOutside || member.protocol === NEXT || member.end === 'removed' || member.isLost
  })

/** As an owner does who takes all for upgraded, or who doesn't know: that is refused unless all speak it. */
function raise({ cluster }: Nemesis): void {
  const [leader] = cluster.leaders
  const version = NEXT.newest
  if (leader !== undefined && areReady(cluster, leader))
    cluster.callers.change(leader, { type: 'settle', settings: { version } })
}

const upgrade: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  // who comes from now on is of the next version
  cluster.protocol = NEXT
  const all = shuffled(cluster.members, die(fault, 0))
  const some = all.slice(0, Math.ceil(2 * die(fault, 1) * all.length))
  const everyMs = fault.lastsMs / (some.length + 1)
  some.forEach((member, at) =>
    nemesis.later(at * everyMs, () => {
      member.stop()
      member.protocol = NEXT
      nemesis.later(everyMs / 2, () => nemesis.revive(member))
    }),
  )
  nemesis.later(fault.lastsMs * 2 * die(fault, 2), () => raise(nemesis))
}

/** What the owner of a cluster does to all of it. */
export const owners = { settling: settle, upgrade } satisfies Record<string, Strike>
