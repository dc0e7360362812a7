import { ChangeReply, message, type ChangeReplyVerdict } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import type { Sender } from '../sources/inbound.js'

export interface ChangeReplyFields {
  readonly verdict: ChangeReplyVerdict
  /** Who has the address that was asked for. */
  readonly by?: string
  /** Where the leader is. */
  readonly leader?: string
}

/** Answers a request to change the roster, with what a joiner must know of the cluster. */
export function replyToChange(replica: Replica, to: Sender, id: string, fields: ChangeReplyFields): void {
  const { clusterId } = replica.parts
  const { electionTimeoutMs } = replica.roster.settings
  const rosterIndex = replica.committedRoster.index
  replica.send(to, message(ChangeReply, { id, rosterIndex, clusterId, electionTimeoutMs, ...fields }))
}
