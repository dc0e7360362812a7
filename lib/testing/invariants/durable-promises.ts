import type { Message } from '../../../streams/contracts/messages/index.js'
import { snapshotIndex, termOnDisk, type Sending, type Verdict } from '../cluster/step.js'

/** The term that a message promises its sender to be in. */
function promisedTerm(message: Message): number {
  if (message.type === 'request-vote') return message.pre ? 0 : message.term
  return 'term' in message ? message.term : 0
}

function promisedVote({ id, to, message }: Sending): { readonly term: number; readonly candidate: string } | undefined {
  if (message.type === 'request-vote' && !message.pre) return { term: message.term, candidate: id }
  const granted = message.type === 'vote-reply' && !message.pre && message.reason === 'granted'
  return granted ? { term: message.forTerm, candidate: to } : undefined
}

function promisedMatch(message: Message): number {
  if (message.type === 'append-reply') return message.match
  return message.type === 'snapshot-reply' && message.installed ? message.index : 0
}

/**
 * What was acknowledged is the leader's: as on its log, if it is still there to be seen. What a snapshot covers counts as
 * that has it, whatever the log on the disk holds there until it is cut.
 */
function contradicts({ disk, message, leaderOf }: Sending, match: number, term: number): boolean {
  if (snapshotIndex(disk) >= match) return false
  const theirs = leaderOf(term)?.parts.log.termAt(match)
  const own = termOnDisk(disk, match)
  return message.type === 'append-reply' && theirs !== undefined && own !== undefined && own !== theirs
}

/** 2. What a message promises - term, vote, match - is durable when it is sent. */
export function durablePromises(sending: Sending): Verdict {
  const { name, disk, message } = sending
  const { term, vote } = disk.termAndVote
  const promised = promisedTerm(message)
  if (promised > term) return `${name} sends a ${message.type} of term ${promised}, but its disk has ${term}`
  const voted = promisedVote(sending)
  if (voted !== undefined && voted.term === term && vote !== voted.candidate)
    return `${name} gives ${voted.candidate} a vote in term ${term} that isn't on its disk`
  const match = promisedMatch(message)
  if (match === 0 || promised !== term) return undefined
  if (termOnDisk(disk, match) === undefined && snapshotIndex(disk) < match)
    return `${name} acknowledges entry ${match}, which isn't on its disk`
  return contradicts(sending, match, promised)
    ? `${name} acknowledges another entry ${match} than its leader's`
    : undefined
}
