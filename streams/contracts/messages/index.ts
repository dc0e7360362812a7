import type { LogEntry, Proposal } from '../../rules/entry.js'
import type { RosterStep } from '../../rules/membership.js'
import type { Roster } from '../../rules/roster.js'
import { decodeSteps } from '../change-codec.js'
import { decodeEntries } from '../entry-codec.js'
import { isKayakError } from '../errors.js'
import { decodeRoster } from '../roster-codec.js'
import { check, type Checked } from '../validation.js'
import { AppendEntries, AppendReply } from './append-entries.js'
import { ChangeReply, ChangeRoster } from './change-roster.js'
import { HandOver, HandOverReply } from './hand-over.js'
import { InstallSnapshot, SnapshotReply } from './install-snapshot.js'
import { Propose, ProposeReply } from './propose.js'
import { ReadIndex, ReadIndexReply } from './read-index.js'
import { RequestVote, VoteReply } from './request-vote.js'
import { TimeoutNow } from './timeout-now.js'

export {
  AppendEntries,
  AppendReply,
  ChangeReply,
  ChangeRoster,
  HandOver,
  HandOverReply,
  InstallSnapshot,
  SnapshotReply,
}
export { Propose, ProposeReply, ReadIndex, ReadIndexReply, RequestVote, VoteReply, TimeoutNow }

export type { ChangeReplyVerdict } from './change-roster.js'
export type { ProposeVerdict } from './propose.js'

/** Every message, by its type. */
const TYPES = {
  'append-entries': AppendEntries,
  'append-reply': AppendReply,
  'request-vote': RequestVote,
  'vote-reply': VoteReply,
  'install-snapshot': InstallSnapshot,
  'snapshot-reply': SnapshotReply,
  'timeout-now': TimeoutNow,
  propose: Propose,
  'propose-reply': ProposeReply,
  'read-index': ReadIndex,
  'read-index-reply': ReadIndexReply,
  'change-roster': ChangeRoster,
  'change-reply': ChangeReply,
  'hand-over': HandOver,
  'hand-over-reply': HandOverReply,
} as const

export type MessageType = keyof typeof TYPES
// the keys of a constant
export const MESSAGE_TYPES = Object.keys(TYPES) as readonly MessageType[]
export type MessageOf<Type extends MessageType> = InstanceType<(typeof TYPES)[Type]>
export type Message = MessageOf<MessageType>

/** The fields of a message, without those that its class sets. */
export type Fields<M extends Message> = Omit<M, 'type' | 'group'>

/** Makes a message of a class and its fields. */
export const message = <M extends Message>(Type: new () => M, fields: Fields<M>): M => Object.assign(new Type(), fields)

/** A valid message, with what its binary fields hold. */
export interface Decoded<M extends Message = Message> {
  readonly message: M
  /** The batch of `append-entries`. */
  readonly entries: readonly LogEntry[]
  /** The batch of `propose`. */
  readonly proposals: readonly Proposal[]
  /** The roster of `install-snapshot`. */
  readonly roster: Roster | undefined
  /** The steps of `change-roster`. */
  readonly steps: readonly RosterStep[]
}

/** What a message without binary fields holds in them. */
export const NOTHING = { entries: [], proposals: [], roster: undefined, steps: [] } as const

const isMessageType = (type: unknown): type is MessageType => typeof type === 'string' && Object.hasOwn(TYPES, type)

/** Entries of one message follow each other, from behind `prevIndex`, in terms that don't fall and aren't to come. */
function checkSequence(message: AppendEntries, entries: readonly LogEntry[]): string | undefined {
  let { index, term } = { index: message.prevIndex, term: message.prevTerm }
  if (term > message.term) return 'prevTerm: later than the term of its leader'
  for (const entry of entries) {
    if (entry.index !== index + 1) return 'entries: indexes have a gap'
    if (entry.kind === 'roster') decodeRoster(entry.payload)
    if (entry.term < term || entry.term > message.term) return 'entries: terms fall, or are later than the leader'
    index = entry.index
    term = entry.term
  }
  return undefined
}

function decodeBinary(message: Message): Decoded {
  switch (message.type) {
    case 'install-snapshot':
      return { ...NOTHING, message, roster: decodeRoster(message.roster) }
    case 'change-roster':
      return { ...NOTHING, message, steps: decodeSteps(message.steps) }
    case 'append-entries':
      return { ...NOTHING, message, entries: decodeEntries(message.entries) }
    case 'propose':
      return { ...NOTHING, message, proposals: decodeEntries(message.entries) }
    default:
      return { ...NOTHING, message }
  }
}

/** Checks what came over a wire: it is a message with every field right and nothing besides, or says why not. */
export function decodeMessage(plain: unknown): Checked<Decoded> {
  const type: unknown = typeof plain === 'object' && plain !== null && 'type' in plain ? plain.type : undefined
  if (!isMessageType(type)) return { ok: false, reason: 'type: no such message' }
  const checked: Checked<Message> = check<Message>(TYPES[type], plain)
  if (!checked.ok) return checked
  try {
    const decoded = decodeBinary(checked.value)
    const fault = decoded.message instanceof AppendEntries ? checkSequence(decoded.message, decoded.entries) : undefined
    return fault === undefined ? { ok: true, value: decoded } : { ok: false, reason: fault }
  } catch (error) {
    if (!isKayakError(error)) throw error
    return { ok: false, reason: error.message }
  }
}
