import type { Torn } from '../../../../plugins/storage-memory/index.js'
import type { TestMember } from '../../cluster/test-member.js'
import type { PlannedFault } from '../plan.js'
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

const pause: Strike = (nemesis, fault) => {
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
