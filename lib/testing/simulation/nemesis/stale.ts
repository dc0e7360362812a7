import type { TestMember } from '../../cluster/test-member.js'
import { atNext, isSent } from './at-next.js'
import { die, pick } from './dice.js'
import { inject, overhear } from './late.js'
import { CHANGING, cutOff, LEASE_BREAKERS } from './lease-breakers.js'
import type { Nemesis } from './nemesis.js'
import { crash } from './processes.js'
import type { Strike } from './strike.js'

/** Of a joint roster that nobody else will have, the new half is this leader alone. */
function stayAlone({ cluster, isShort }: Nemesis, leader: TestMember): void {
  const others = leader.replica?.roster.voters.filter(({ id }) => id !== leader.id) ?? []
  const steps = others.map(({ id }) => ({ type: 'demote', id }) as const)
  if (steps.length > 1 && !isShort) cluster.callers.reconfigure(leader, { steps })
}

const staleReads: Strike = (nemesis, fault) => {
  const [leader] = nemesis.cluster.leaders
  if (leader === undefined) return
  const hasLease = (leader.replica?.roster.settings.leaseMs ?? 0) > 0
  const act = (hasLease ? pick(LEASE_BREAKERS, die(fault, 2)) : undefined) ?? cutOff
  // one change at a time: those have their own
  if (!CHANGING.includes(act) && die(fault, 1) < 0.5) stayAlone(nemesis, leader)
  act(nemesis, fault, leader)
}

const staleMessages: Strike = (nemesis, fault) => {
  const { address } = nemesis.running(die(fault, 0)) ?? {}
  const overheard = overhear(nemesis, ({ to }) => to === address)
  nemesis.later(fault.lastsMs, overheard.stop)
  nemesis.later(fault.lastsMs * (1 + die(fault, 1)), () => overheard.repeat())
}

/** For how long a leader is gone, so that others stand; how often a late request arrives, and how long between. */
const GONE_MS = 20
const TIMES = 8
const EVERY_MS = 4

/** Somebody stands whom nobody hears. Who votes for another meanwhile is restarted, and then asked by the first. */
const lateVotes: Strike = (nemesis, fault) => {
  const { cluster } = nemesis
  crash(nemesis, cluster.leaders[0], { ...fault, lastsMs: GONE_MS })
  atNext(
    nemesis,
    isSent('request-vote', ({ message }) => !message.pre),
    ({ from, message: asks }) => {
      cluster.network.isolate(from)
      nemesis.later(fault.lastsMs, () => cluster.network.heal())
      const votes = isSent('vote-reply', ({ message: { pre, reason, forTerm } }) => {
        return !pre && reason === 'granted' && forTerm === asks.term
      })
      atNext(nemesis, votes, ({ from: voter }) => {
        crash(nemesis, cluster.at(voter), { ...fault, lastsMs: 1 })
        for (let times = 1; times <= TIMES; times++)
          nemesis.later(times * EVERY_MS, () => inject(nemesis, from, voter, asks))
      })
    },
  )
}

/** What comes too late. */
export const stale = {
  'stale-reads': staleReads,
  'stale-messages': staleMessages,
  'late-votes': lateVotes,
} satisfies Record<string, Strike>
