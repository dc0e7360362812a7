import type { Budget } from '../contracts/budget.js'
import { KayakError, type ErrorCode } from '../contracts/errors.js'
import { fullText } from '../contracts/full-text.js'
import { ChangeReply, message, type ChangeReplyVerdict } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { clusterVersion } from '../rules/roster.js'
import type { Sender } from '../sources/inbound.js'
import type { ChangeRequest } from '../sources/requests.js'

export interface ChangeReplyFields {
  readonly verdict: ChangeReplyVerdict
  /** Who has the address that was asked for, or who is no member. */
  readonly by?: string
  /** Where the leader is. */
  readonly leader?: string
}

/** Answers a request to change the roster, with what a joiner must know of the cluster. */
export function replyToChange(replica: Replica, to: Sender, id: string, fields: ChangeReplyFields): void {
  const { clusterId } = replica.parts
  const { electionTimeoutMs, leaseMs, clockBoundMs } = replica.roster.settings
  const version = clusterVersion(replica.roster.settings)
  const settings = { electionTimeoutMs, leaseMs, clockBoundMs, version }
  const rosterIndex = replica.committedRoster.index
  replica.send(to, message(ChangeReply, { id, rosterIndex, clusterId, ...settings, ...fields }))
}

/** What a refusal is to the caller, and why. */
type Refusal = readonly [code: ErrorCode, why: string, budget?: Budget]

const NO_ROSTER: Refusal = ['KAYAK_INVALID', 'No member would take the roster that comes of it.']

function refusalOf({ verdict, by = '?', rosterIndex }: ChangeReply): Refusal | undefined {
  switch (verdict) {
    case 'address-taken':
      return ['KAYAK_ADDRESS_TAKEN', `Member ${by} has the address.`]
    case 'last-voter':
      return ['KAYAK_INVALID', 'No voter would be left.']
    case 'not-member':
      return ['KAYAK_INVALID', `The cluster has no member ${by}.`]
    case 'conflict':
      return ['KAYAK_CONFLICT', `The roster is that of index ${rosterIndex} by now.`]
    case 'not-caught-up':
      return ['KAYAK_NOT_CAUGHT_UP', 'Who is to be promoted lacks too much of the log, or does not answer.']
    case 'older-member':
      return ['KAYAK_VERSION', `Member ${by} does not speak that version, or the leader is not connected to it.`]
    case 'busy':
      return [
        'KAYAK_OVERLOADED',
        'Too many changes of the roster wait at the leader (its budget "changes").',
        'changes',
      ]
    case 'full':
      return ['KAYAK_OVERLOADED', fullText(), 'members']
    case 'invalid':
    case 'disagrees':
      return NO_ROSTER
    case 'done':
    case 'not-leader':
      return undefined
  }
}

/** Settles a caller's change by what the leader has answered. */
export function settleChange(request: ChangeRequest, reply: ChangeReply): void {
  const refusal = refusalOf(reply)
  if (refusal === undefined) return request.done(reply.rosterIndex)
  const [code, why, budget] = refusal
  // an earlier attempt may have been carried out, and another change have undone it since
  request.failed(new KayakError(code, why, { outcome: request.attempts > 1 ? 'unknown' : 'rejected', budget }))
}
