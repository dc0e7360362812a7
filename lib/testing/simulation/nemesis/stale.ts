import { filter } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import type { TestMember } from '../../cluster/test-member.js'
import { MEANINGLESS } from '../machine.js'
import type { PlannedFault } from '../plan.js'
import { die, pick, shuffled } from './dice.js'
import type { Nemesis } from './nemesis.js'
import { atNext } from './at-next.js'
import { crash } from './processes.js'
import type { Strike } from './strike.js'

/** How often a leader that was cut off is asked, and for how long. */
const ASKS = 70
const ASK_EVERY_MS = 5
/** How often something is appended meanwhile where others may lead. */
const APPEND_EVERY = 6

/** Cuts a leader off whose clock is slow, and asks it for reads while others go on without it. */
function cutOff(nemesis: Nemesis, fault: PlannedFault, leader: TestMember, meanwhile: () => void = () => undefined) {
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

/** Of a joint roster that nobody else will have, the new half is this leader alone. */
function stayAlone({ cluster, isShort }: Nemesis, leader: TestMember): void {
  const others = leader.replica?.roster.voters.filter(({ id }) => id !== leader.id) ?? []
  const steps = others.map(({ id }) => ({ type: 'demote', id }) as const)
  if (steps.length > 1 && !isShort) cluster.callers.reconfigure(leader, { steps })
}

/** Appends wherever another leads. */
const appendElsewhere = ({ cluster }: Nemesis, leader: TestMember) => {
  const [other] = cluster.leaders.filter(member => member !== leader)
  if (other !== undefined) cluster.append(other, { payload: MEANINGLESS })
}

/** How long answers are remembered that come again to a leader that was cut off. */
const ANSWERS_MS = 60

/** What a leader has been answered comes again and again after it was cut off: it is as old as it was. */
function answerAgain(nemesis: Nemesis, fault: PlannedFault, leader: TestMember): void {
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
function handOver(nemesis: Nemesis, fault: PlannedFault, leader: TestMember): void {
  leader.member?.handOver()
  const soonMs = 1 + 20 * die(fault, 3)
  nemesis.later(soonMs, () => cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader)))
}

/** How long those hear nothing who then stand, and how often they ask again whoever has been restarted. */
const LONELY_MS = 150
const STANDS_AGAIN = 8

/** Some stand who have not heard the leader for long, and the others, who have, are restarted and don't know it any more. */
function restartVoters(nemesis: Nemesis, fault: PlannedFault, leader: TestMember): void {
  const { cluster } = nemesis
  const others = shuffled(
    cluster.running.filter(member => member !== leader),
    die(fault, 3),
  )
  const lonely = others.slice(0, Math.floor(others.length / 2))
  const voters = others.slice(lonely.length)
  for (const { address } of lonely) cluster.network.cut(leader.address, address)
  const stands = ({ type, from, message }: Traffic): boolean =>
    type === 'sent' && 'type' in message && message.type === 'request-vote' && cluster.at(from) === lonely[0]
  nemesis.later(LONELY_MS, () =>
    atNext(nemesis, stands, ({ from, message }) => {
      for (const voter of voters) crash(nemesis, voter, { ...fault, lastsMs: 1 })
      cutOff(nemesis, fault, leader, () => appendElsewhere(nemesis, leader))
      for (let times = 1; times <= STANDS_AGAIN; times++)
        nemesis.later(times * ASK_EVERY_MS, () => {
          for (const { address } of voters) inject(nemesis, from, address, message)
        })
    }),
  )
}

/** How long a request for votes is on its way while its voters hear the leader again. */
const DELAY_MS = 40

/** Some ask for votes of a new term while nobody hears the leader, and are heard when voters hear the leader again. */
function delayVotes(nemesis: Nemesis, fault: PlannedFault, leader: TestMember): void {
  const { cluster } = nemesis
  for (const { address } of cluster.running)
    if (address !== leader.address) cluster.network.cut(leader.address, address)
  const stands = ({ type, message }: Traffic): boolean =>
    type === 'sent' && 'type' in message && message.type === 'request-vote' && 'pre' in message && !message.pre
  atNext(nemesis, stands, ({ from, message }) => {
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
  })
}

const LEASE_BREAKERS = [cutOff, answerAgain, handOver, restartVoters, delayVotes]

const staleReads: Strike = (nemesis, fault) => {
  const [leader] = nemesis.cluster.leaders
  if (leader === undefined) return
  if (die(fault, 1) < 0.5) stayAlone(nemesis, leader)
  const hasLease = (leader.replica?.roster.settings.leaseMs ?? 0) > 0
  const act = hasLease ? pick(LEASE_BREAKERS, die(fault, 2)) : cutOff
  act?.(nemesis, fault, leader)
}

/** How many messages come again at most. */
const STALE_MESSAGES = 300

/** Lets a message arrive once more. */
function inject({ cluster }: Nemesis, from: string, to: string, message: object): void {
  const sender = cluster.at(from)
  if (sender !== undefined) cluster.network.inject({ id: sender.id, address: from }, to, message)
}

/** Remembers the messages of a kind that arrive from now on: `stop` ends that, `repeat` lets them arrive once more. */
export function overhear(nemesis: Nemesis, isMeant: (traffic: Traffic) => boolean) {
  const { cluster, atEnd } = nemesis
  const heard: Traffic[] = []
  const listening = cluster.network.traffic$
    .pipe(filter(traffic => traffic.type === 'delivered' && isMeant(traffic)))
    .subscribe(traffic => heard.length < STALE_MESSAGES && heard.push(traffic))
  const stop = (): void => listening.unsubscribe()
  atEnd(stop)
  const repeat = (): void => {
    for (const { from, to, message } of heard) inject(nemesis, from, to, message)
  }
  return { stop, repeat }
}

const staleMessages: Strike = (nemesis, fault) => {
  const { address } = nemesis.running(die(fault, 0)) ?? {}
  const overheard = overhear(nemesis, ({ to }) => to === address)
  nemesis.later(fault.lastsMs, overheard.stop)
  nemesis.later(fault.lastsMs * (1 + die(fault, 1)), overheard.repeat)
}

/** What comes too late. */
export const stale = {
  'stale-reads': staleReads,
  'stale-messages': staleMessages,
} satisfies Record<string, Strike>
