import type { Message, MessageOf } from '../../../streams/contracts/messages/index.js'
import { decodeSteps } from '../../../streams/contracts/change-codec.js'
import { decodeEntries } from '../../../streams/contracts/entry-codec.js'

/** What is known of the two between whom a message goes. */
export interface Between {
  readonly to: string
  /** Where the sender's log ends, and whom it has voted for. */
  readonly last: string
  readonly vote: string
  /** Where the candidate's log ends, as it says. */
  readonly candidateLast: string
}

/** Heartbeats and their answers are only counted. */
export function isHeartbeat(message: Message): boolean {
  if (message.type === 'append-entries') return decodeEntries(message.entries).length === 0
  return false
}

function vote(reply: MessageOf<'vote-reply'>, { to, last, vote: own, candidateLast }: Between): string {
  const what = `${to} its ${reply.pre ? 'pre-vote' : 'vote'} for term ${reply.forTerm}`
  switch (reply.reason) {
    case 'granted':
      return reply.pre ? `would vote for ${to} in term ${reply.forTerm}` : `votes for ${to} in term ${reply.forTerm}`
    case 'stale-term':
      return `refuses ${what}: it is in term ${reply.term} already`
    case 'hears-leader':
      return `refuses ${what}: it hears a leader`
    case 'voted':
      return `refuses ${what}: it has voted for ${own}`
    case 'log-behind':
      return `refuses ${what}: that log ends at ${candidateLast}, its own at ${last}`
  }
}

function refusal(reply: MessageOf<'append-reply'>, { to }: Between): string | undefined {
  if (reply.fits) return undefined
  // prevIndex 0 is refused for its term only
  if (reply.refusedIndex === 0) return `tells ${to} that there is a term ${reply.term}`
  const { refusedIndex, hintIndex, hintTerm } = reply
  return `cannot take what follows ${refusedIndex}: it may agree with ${to} up to ${hintIndex} of term ${hintTerm}`
}

/** The messages that make a story, in its words. What is left out shows in what it does. */
export function tellMessage(message: Message, between: Between): string | undefined {
  const { to } = between
  switch (message.type) {
    case 'vote-reply':
      return vote(message, between)
    case 'append-reply':
      return refusal(message, between)
    case 'timeout-now':
      return `tells ${to} to stand for election at once`
    case 'install-snapshot':
      return message.offset === 0 ? `sends ${to} its snapshot up to ${message.index}, from the beginning` : undefined
    case 'propose-reply':
      return message.verdict === 'accepted' ? undefined : `declines what ${to} hands on: ${message.verdict}`
    case 'read-index-reply':
      return message.confirmed ? undefined : `confirms no barrier for ${to}: it does not lead`
    default:
      return undefined
  }
}

/** Every message but heartbeats, for when a story is about messages. */
export function detail(message: Message, { to, last }: Between): string | undefined {
  switch (message.type) {
    case 'append-entries': {
      const entries = decodeEntries(message.entries)
      const what =
        entries.length === 1 ? `entry ${entries[0]?.index}` : `entries ${entries[0]?.index} to ${entries.at(-1)?.index}`
      return `-> ${to}: ${what} after ${message.prevIndex} of term ${message.prevTerm}; ${message.commit} has committed`
    }
    case 'append-reply':
      return `-> ${to}: has up to ${message.match} on disk, round ${message.round}`
    case 'request-vote':
      return `-> ${to}: asks for its ${message.pre ? 'pre-vote' : 'vote'} for term ${message.term}, with a log that ends at ${last}`
    case 'install-snapshot':
      return `-> ${to}: bytes from ${message.offset} of the snapshot up to ${message.index}`
    case 'snapshot-reply':
      return message.installed
        ? `-> ${to}: has all up to ${message.index}`
        : `-> ${to}: wants the snapshot up to ${message.index} from byte ${message.offset}`
    case 'propose':
      return `-> ${to}: hands on ${decodeEntries(message.entries).length} append(s)`
    case 'read-index':
      return `-> ${to}: asks for a barrier`
    case 'read-index-reply':
      return `-> ${to}: barrier at ${message.index} ${message.confirmed ? 'confirmed' : 'not confirmed'}`
    case 'change-roster':
      return `-> ${to}: asks for a change, ${decodeSteps(message.steps)
        .map(step => step.type)
        .join(', ')}`
    case 'change-reply':
      return `-> ${to}: answers a change, ${message.verdict}`
    default:
      return undefined
  }
}
