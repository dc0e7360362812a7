import { filter } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import { die } from './dice.js'
import type { Nemesis } from './nemesis.js'
import type { Strike } from './strike.js'

/** How often a leader that was cut off is asked, and for how long. */
const ASKS = 70
const ASK_EVERY_MS = 5

const staleReads: Strike = (nemesis, fault) => {
  const { cluster, faults } = nemesis
  const [leader] = cluster.leaders
  if (leader === undefined) return
  // of a joint roster that nobody else will have, the new half is this leader alone
  const others = leader.replica?.roster.voters.filter(({ id }) => id !== leader.id) ?? []
  const steps = others.map(({ id }) => ({ type: 'demote', id }) as const)
  if (die(fault, 1) < 0.5 && steps.length > 1 && !nemesis.isShort) cluster.callers.reconfigure(leader, { steps })
  leader.time.drift(1 - faults.drift)
  cluster.network.isolate(leader.address)
  for (let count = 1; count <= ASKS; count++)
    nemesis.later(count * ASK_EVERY_MS, () => {
      if (!leader.isLeader) return
      cluster.barrier(leader, ASKS * ASK_EVERY_MS)
      cluster.callers.lease(leader, ASKS * ASK_EVERY_MS)
    })
  nemesis.later(Math.max(fault.lastsMs, ASKS * ASK_EVERY_MS), () => {
    leader.time.drift(1)
    cluster.network.heal()
  })
}

/** How many messages come again at most. */
const STALE_MESSAGES = 300

/** Remembers the messages of a kind that arrive from now on: `stop` ends that, `repeat` lets them arrive once more. */
export function overhear({ cluster, atEnd }: Nemesis, isMeant: (traffic: Traffic) => boolean) {
  const heard: Traffic[] = []
  const listening = cluster.network.traffic$
    .pipe(filter(traffic => traffic.type === 'delivered' && isMeant(traffic)))
    .subscribe(traffic => heard.length < STALE_MESSAGES && heard.push(traffic))
  const stop = (): void => listening.unsubscribe()
  atEnd(stop)
  const repeat = (): void => {
    for (const { from, to, message } of heard) {
      const sender = cluster.at(from)
      if (sender !== undefined) cluster.network.inject({ id: sender.id, address: from }, to, message)
    }
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
