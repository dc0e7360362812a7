import type { Torn } from '../../../../plugins/storage-memory/index.js'
import type { TestMember } from '../../cluster/test-member.js'
import type { PlannedFault } from '../plan.js'
import { atNext, isSent } from './at-next.js'
import type { Nemesis } from './nemesis.js'
import { die, pick } from './dice.js'
import type { Strike } from './strike.js'

/** What a crash leaves of a write under way. */
export const tornBy = (roll: number): Torn =>
  roll < 1 / 3 ? 'lost' : roll < 2 / 3 ? 'whole' : { part: (roll * 3) % 1 }

export function crash(nemesis: Nemesis, member: TestMember | undefined, fault: PlannedFault): void {
  member?.crash(tornBy(die(fault, 1)))
  nemesis.later(fault.lastsMs, () => nemesis.revive(member))
}

/** Where an election is on, one of those who have voted in it. */
const blink: Strike = (nemesis, fault) => {
  const electing = nemesis.cluster.running.filter(({ replica }) => replica?.standing.leader === undefined)
  const member = pick(electing, die(fault, 0)) ?? nemesis.running(die(fault, 0))
  crash(nemesis, member, { ...fault, lastsMs: 1 + Math.round(10 * die(fault, 2)) })
}

const stop: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  member?.stop()
  nemesis.later(fault.lastsMs, () => nemesis.revive(member))
}

/** How many election timeouts a leader stands still at least, of which all that it was answered before waits for it. */
const HELD_TIMEOUTS = 2.5

/** A leader stands still while the others can't get to each other, and so nobody takes over, just as it is answered. */
function pauseLeader(nemesis: Nemesis, fault: PlannedFault, leader: TestMember): void {
  const { cluster } = nemesis
  const others = cluster.members.filter(member => member !== leader)
  for (const one of others) for (const other of others) cluster.network.cut(one.address, other.address)
  const lastsMs = Math.max(fault.lastsMs, HELD_TIMEOUTS * cluster.settings.electionTimeoutMs)
  atNext(
    nemesis,
    isSent('append-reply', ({ to }) => to === leader.address),
    () => {
      leader.pause()
      nemesis.later(lastsMs, () => {
        leader.resume()
        cluster.network.heal()
      })
    },
  )
}

const pause: Strike = (nemesis, fault) => {
  const [leader] = nemesis.cluster.leaders
  if (leader !== undefined && die(fault, 1) < 0.25) return pauseLeader(nemesis, fault, leader)
  const member = nemesis.running(die(fault, 0))
  member?.pause()
  nemesis.later(fault.lastsMs, () => member?.resume())
}

/** The next calls of a disk that a crash may be at. */
const CALLS = 12

const crashAtCall: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  if (member === undefined) return
  const call = member.disk.calls.count + 1 + Math.floor(CALLS * die(fault, 1))
  const roll = die(fault, 2)
  const when = roll < 1 / 3 ? 'before' : roll < 2 / 3 ? 'after' : { torn: die(fault, 3) }
  const callOff = member.disk.crashAt({ call, when }, () => {
    member.crash('lost')
    nemesis.later(fault.lastsMs, () => nemesis.revive(member))
  })
  nemesis.atEnd(callOff)
}

const secondProcess: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  member?.intrude(error => nemesis.refuses(member, error))
}

/** What happens to processes. */
export const processes = {
  crash: (nemesis, fault) => crash(nemesis, nemesis.running(die(fault, 0)), fault),
  blink,
  'power-loss': (nemesis, fault) => {
    for (const member of nemesis.cluster.running) crash(nemesis, member, fault)
  },
  stop,
  pause,
  'crash-at-call': crashAtCall,
  'second-process': secondProcess,
} satisfies Record<string, Strike>
