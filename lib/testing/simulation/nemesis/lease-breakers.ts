import type { TestMember } from '../../cluster/test-member.js'
import { MEANINGLESS } from '../machine.js'
import type { PlannedFault } from '../plan.js'
import { atNext, isSent } from './at-next.js'
import { die, shuffled } from './dice.js'
import { inject, overhear } from './late.js'
import type { Nemesis } from './nemesis.js'
import { crash } from './processes.js'
import { settingsOf } from './settings.js'

/** How often a leader that was cut off is asked, and for how long. */
const ASKS = 70
const ASK_EVERY_MS = 5
/** How often something is appended meanwhile where others may lead. */
const APPEND_EVERY = 6

/** Strikes at a leader: what would show that it answers by a lease which is over. */
export type LeaseBreaker = (nemesis: Nemesis, fault: PlannedFault, leader: TestMember) => void

/** Cuts a leader off whose clock is slow, and asks it for reads while others go on without it. */
export function cutOff(
  nemesis: Nemesis,
  fault: PlannedFault,
  leader: TestMember,
  meanwhile: () => void = () => undefined,
) {
  const { cluster, faults } = nemesis
  leader.time.drift(1 - faults.drift)
  cluster.network.isolate(leader.address)
  for (let count = 1; count <= ASKS; count++)
    nemesis.later(count * ASK_EVERY_MS, () => {
      if (!leader.isLeader) return
      if (count % APPEND_EVERY === 0) meanwhile()
      cluster.barrier(leader, ASKS * ASK_EVERY_MS)
      cluster.callers.lease(leader, ASKS * ASK_EVERY_MS)
    })
  nemesis.later(Math.max(fault.lastsMs, ASKS * ASK_EVERY_MS), () => {
    leader.time.drift(1)
    cluster.network.heal()
  })
}

/** Appends wherever another leads. */
const appendElsewhere = ({ cluster }: Nemesis, leader: TestMember) => {
  const [other] = cluster.leaders.filter(member => member !== leader)
  if (other !== undefined) cluster.append(other, { payload: MEANINGLESS })
}

/** How long answers are remembered that come again to a leader that was cut off. */
const ANSWERS_MS = 60

/** What a leader has been answered comes again and again after it was cut off: it is as old as it was. */
const answerAgain: LeaseBreaker = (nemesis, fault, leader) => {
  const overheard = overhear(nemesis, ({ to }) => to === leader.address)
  nemesis.later(ANSWERS_MS, () => {
    overheard.stop()
    cutOff(nemesis, fault, leader, () => {
      overheard.repeat()
      appendElsewhere(nemesis, leader)
    })
  })
}

/** Whom a leader hands over to is elected however recently the others have heard of it. */
const handOver: LeaseBreaker = (nemesis, fault, leader) => {
  leader.member?.handOver()
  const soonMs = 1 + 20 * die(fault, 3)
  nemesis.later(soonMs, () => cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader)))
}

/** How long those hear nothing who then stand, and how often they ask again whoever has been restarted. */
const LONELY_MS = 150
const STANDS_AGAIN = 8

/** Who stands, and who has heard the leader meanwhile and is restarted then. */
interface Election {
  readonly stands: TestMember | undefined
  readonly voters: readonly TestMember[]
  readonly restart: (voter: TestMember) => void
}

/** Once somebody stands, restarts those who have heard the leader, cuts that off, and has them asked again and again. */
function restartAsOneStands(
  nemesis: Nemesis,
  fault: PlannedFault,
  leader: TestMember,
  { stands, voters, restart }: Election,
): void {
  const { cluster } = nemesis
  const isIt = isSent('request-vote', ({ from }) => cluster.at(from) === stands)
  nemesis.later(LONELY_MS, () =>
    atNext(nemesis, isIt, ({ from, message }) => {
      voters.forEach(restart)
      cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader))
      for (let times = 1; times <= STANDS_AGAIN; times++)
        nemesis.later(times * ASK_EVERY_MS, () => {
          for (const { address } of voters) inject(nemesis, from, address, message)
        })
    }),
  )
}

/** Some stand who have not heard the leader for long, and the others, who have, are restarted and don't know it any more. */
const restartVoters: LeaseBreaker = (nemesis, fault, leader) => {
  const { cluster } = nemesis
  const others = shuffled(
    cluster.running.filter(member => member !== leader),
    die(fault, 3),
  )
  const lonely = others.slice(0, Math.floor(others.length / 2))
  for (const { address } of lonely) cluster.network.cut(leader.address, address)
  restartAsOneStands(nemesis, fault, leader, {
    stands: lonely[0],
    voters: others.slice(lonely.length),
    restart: voter => crash(nemesis, voter, { ...fault, lastsMs: 1 }),
  })
}

/** How long a request for votes is on its way while its voters hear the leader again. */
const DELAY_MS = 40

/** Some ask for votes of a new term while nobody hears the leader, and are heard when voters hear the leader again. */
const delayVotes: LeaseBreaker = (nemesis, fault, leader) => {
  const { cluster } = nemesis
  for (const { address } of cluster.running)
    if (address !== leader.address) cluster.network.cut(leader.address, address)
  atNext(
    nemesis,
    isSent('request-vote', ({ message }) => !message.pre),
    ({ from, message }) => {
      const voters = cluster.running.filter(({ address }) => address !== from && address !== leader.address)
      for (const { address } of voters) {
        cluster.network.cut(from, address)
        cluster.network.heal(leader.address, address)
      }
      nemesis.later(DELAY_MS, () => {
        for (const { address } of voters) cluster.network.heal(from, address)
        cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader))
        for (const { address } of voters) inject(nemesis, from, address, message)
      })
    },
  )
}

/**
 * Somebody stands whom nobody hears, but who answers others that would stand: what they are told of its term comes only
 * when they have heard the leader again, and its own request behind that.
 */
const tellOfTerm: LeaseBreaker = (nemesis, fault, leader) => {
  const { cluster } = nemesis
  const heartbeats = overhear(nemesis, ({ from, message }) => from === leader.address && 'prevIndex' in message)
  nemesis.later(ANSWERS_MS, () => {
    heartbeats.stop()
    cluster.network.isolate(leader.address)
    nemesis.later(fault.lastsMs, () => cluster.network.heal())
    atNext(
      nemesis,
      isSent('request-vote', ({ message }) => !message.pre),
      ({ from, message }) => {
        for (const { address } of cluster.members) cluster.network.cut(from, address)
        const tells = isSent('vote-reply', reply => reply.from === from && reply.message.term === message.term)
        atNext(nemesis, tells, reply => {
          heartbeats.repeat(({ to }) => to === reply.to)
          inject(nemesis, from, reply.to, reply.message)
          inject(nemesis, from, reply.to, message)
        })
      },
    )
  })
}

/** How long a leader waits for a change of which nobody can hear. */
const ALONE_MS = 50
/** How long those wait who are to have all that the leader has. */
const SETTLED_MS = 60

/**
 * A leader that was cut off settles on no leases, for itself. It forgets that when it hears another, which must not count
 * on its word before its disk has forgotten it as well: it is restarted as others stand.
 */
const settleAlone: LeaseBreaker = (nemesis, fault, old) => {
  const { cluster } = nemesis
  cluster.network.isolate(old.address)
  const steps = [{ type: 'settle', settings: { leaseMs: 0 } }] as const
  // not for so long that others would settle on it
  cluster.callers.reconfigure(old, { steps }, undefined, ALONE_MS)
  const successor = (): TestMember | undefined => cluster.leaders.find(leader => leader !== old)
  nemesis.once(
    () => successor() !== undefined,
    () =>
      nemesis.later(SETTLED_MS, () => {
        const leader = successor()
        if (leader === undefined || old.member === undefined) return
        cluster.network.heal()
        const answers = isSent('append-reply', ({ from }) => from === old.address)
        // what it says of its term is on its disk by then, and what it takes in won't be
        atNext(nemesis, answers, () => (old.disk.writes = 'hang'))
        const others = shuffled(
          cluster.running.filter(member => member !== leader && member !== old),
          die(fault, 3),
        )
        const lonely = others.slice(0, Math.ceil(others.length / 2))
        for (const { address } of lonely) cluster.network.cut(leader.address, address)
        const restart = (): void => {
          old.crash('lost')
          nemesis.mendDisk(old)
          nemesis.later(1, () => nemesis.revive(old))
        }
        restartAsOneStands(nemesis, fault, leader, { stands: lonely[0], voters: [old], restart })
        nemesis.later(LONELY_MS + fault.lastsMs, () => nemesis.mendDisk(old))
      }),
  )
}

/** Of what a cluster was founded with: what it settles on, and then a leader alone. */
const SHORTER = 0.5
const LONGER = 1.5

/** A leader that is cut off settles on longer leases: those who haven't heard of that keep to it for as long as before. */
const settleForLonger: LeaseBreaker = (nemesis, fault, leader) => {
  const { cluster } = nemesis
  const step = (share: number) => ({ type: 'settle', settings: settingsOf(cluster.settings, share) }) as const
  cluster.callers.change(leader, step(SHORTER), ({ ending }) => {
    if (ending !== 'done' || !leader.isLeader) return
    nemesis.later(SETTLED_MS, () => {
      cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader))
      cluster.callers.reconfigure(leader, { steps: [step(LONGER)] }, undefined, ALONE_MS)
    })
  })
}

/** Those that change the roster. */
export const CHANGING: readonly LeaseBreaker[] = [settleAlone, settleForLonger]

/** What would show a lease that lasts for too long, of a leader that holds its members together. */
export const LEASE_BREAKERS: readonly LeaseBreaker[] = [
  cutOff,
  answerAgain,
  handOver,
  restartVoters,
  delayVotes,
  tellOfTerm,
  settleAlone,
  settleForLonger,
]
