import type { SchedulerLike } from 'rxjs'
import type { Traffic } from '../../../plugins/transport-memory/index.js'
import type { Message } from '../../../streams/contracts/messages/index.js'
import type { Checker } from './checker.js'
import type { Overseer } from './overseer.js'
import type { TestMember } from './test-member.js'
import type { Trace } from './trace.js'

/** Who has to know of what goes over the wire, and who is at its ends. */
export interface Wire {
  readonly clock: SchedulerLike
  readonly trace: Trace
  readonly checker: Checker
  readonly overseer: Overseer
  readonly byAddress: ReadonlyMap<string, TestMember>
  readonly leaders: () => readonly TestMember[]
}

/** Writes down what goes over the wire, and has it checked as it is sent. */
export function follow(wire: Wire, { type, from, to, message }: Traffic): void {
  const { clock, trace, checker, overseer, byAddress } = wire
  // what members send are messages
  const sent = message as Message
  trace.text(type)
  trace.text(from)
  trace.text(to)
  trace.number(clock.now())
  const [sender, receiver] = [byAddress.get(from), byAddress.get(to)]
  // what comes again is heard as well, however old it is
  const isHeard = type === 'delivered' || type === 'injected'
  if (isHeard && sender !== undefined && receiver !== undefined)
    overseer.delivered(sender, receiver, sent, type === 'delivered')
  if (type !== 'sent' || sender === undefined) return
  trace.message(sent)
  if (receiver !== undefined) overseer.sending(sender, receiver, sent)
  const { name, id, disk, hasFailed, replica } = sender
  const leaderOf = (term: number): TestMember['replica'] =>
    wire.leaders().find(leader => leader.replica?.standing.term === term)?.replica
  const own = { name, id, disk, hasFailed, roster: replica?.roster }
  checker.sending({ ledger: checker.ledger, ...own, to: receiver?.id ?? to, message: sent, leaderOf })
}
