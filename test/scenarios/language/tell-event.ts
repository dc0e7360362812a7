import type { HostEvent, StepDownReason } from '../../../streams/contracts/events.js'
import type { Names } from './names.js'

const WHY: Record<StepDownReason, string> = {
  'newer-term': 'there is a newer term',
  'no-quorum': 'it has heard no quorum for an election timeout',
  'leader-found': 'another has won this term',
  removed: 'the committed roster is without it',
  'disk-hangs': 'its disk hangs',
  stalled: 'it has stood still for an election timeout',
}

export const NO_LEADER = 'has no leader'

/** An event of a member in the words of a story; undefined for what a story doesn't tell. */
export function tellEvent(
  names: Names,
  self: string,
  event: HostEvent,
  elected: (term: number) => string,
): string | undefined {
  switch (event.type) {
    case 'election-started': {
      if (event.why === 'transfer') return `stands for term ${event.term}, as the leader told it`
      if (event.phase === 'vote') return `stands for term ${event.term}: a quorum would vote for it`
      return `asks who would vote for it in term ${event.term}: it hears no leader`
    }
    case 'leader-elected':
      return `leads term ${event.term}, elected by ${elected(event.term)}`
    case 'leader-changed':
      if (event.leader === undefined) return NO_LEADER
      if (event.leader.id === self) return undefined
      return `follows ${names.ofId(event.leader.id)} in term ${event.term}`
    case 'stepped-down':
      return `steps down: ${WHY[event.why]}`
    case 'message-refused':
      return `refuses a message of ${names.ofId(event.from)}: ${event.reason}`
    case 'slow-disk':
      return `notices that a ${event.operation} takes long: ${Math.floor(event.tookMs)} ms`
    case 'stalled':
      return `notices that it has stood still for ${Math.floor(event.heldMs)} ms`
    case 'snapshot-sent':
      return `hears that ${names.ofId(event.to)} has the snapshot up to ${event.index}`
    case 'transfer-started':
      return `hands over to ${names.ofId(event.to)}, and takes no appends meanwhile`
    case 'transfer-failed':
      return `goes on leading: ${names.ofId(event.to)} did not take over in time`
    case 'removed':
      return `learns that roster ${event.rosterIndex} is without it, and stops`
    case 'failed':
      return `fails: ${event.error.code}`
    default:
      return undefined
  }
}
