import { LIMITS } from '../contracts/limits.js'
import { AppendReply, message, type AppendEntries } from '../contracts/messages/index.js'
import type { Replica } from '../replica/replica.js'
import { fitEntries } from '../rules/fit.js'
import type { Received, Sender } from '../sources/inbound.js'

/** What a follower knows of the leader of its term: up to where the logs surely agree, and what to say in an answer. */
export interface Following {
  readonly leader: Sender | undefined
  readonly verified: number
  readonly round: number
  readonly incarnation: number
}

export const newFollowing = (): Following => ({ leader: undefined, verified: 0, round: 0, incarnation: 0 })

type Refusal = Pick<AppendReply, 'refusedIndex' | 'hintIndex' | 'hintTerm'>
const NO_REFUSAL: Refusal = { refusedIndex: 0, hintIndex: 0, hintTerm: 0 }

/** Says what is there: true in itself, whichever message it answers, and never more than the disk has. */
export function acknowledge(replica: Replica, following: Following, refusal?: Refusal): void {
  const { leader, verified, round, incarnation } = following
  if (leader === undefined) return
  const match = Math.min(verified, replica.parts.disk.durable)
  const fields = { term: replica.standing.term, incarnation, round, match, verified, fits: refusal === undefined }
  replica.send(leader, message(AppendReply, { ...fields, ...(refusal ?? NO_REFUSAL) }))
}

/**
 * Whether the disk is so far behind, of whichever leaders' entries, that memory takes no more. What is let go of isn't
 * acknowledged, so the leader takes it for lost and sends it again.
 */
function isFull({ parts: { disk, budgets } }: Replica): boolean {
  if (disk.bufferedBytes <= LIMITS.bufferedBytes) return false
  budgets.over('buffered', disk.bufferedBytes, LIMITS.bufferedBytes)
  return true
}

/**
 * Takes what a message has. One that only tells of commits asks for no answer: what it could say has been said, and
 * would be said again with the next heartbeat if that was lost.
 */
function take(
  replica: Replica,
  before: Following,
  following: Following,
  { message: sent, entries }: Received<AppendEntries>,
): Following {
  const fit = fitEntries(replica.parts.log.shape, { index: sent.prevIndex, term: sent.prevTerm }, entries)
  if (!fit.fits && entries.length > 0 && isFull(replica)) return following
  if (!fit.fits) {
    acknowledge(replica, following, {
      refusedIndex: sent.prevIndex,
      hintIndex: fit.hint.index,
      hintTerm: fit.hint.term,
    })
    return following
  }
  const fresh = entries.filter(entry => entry.index >= fit.from)
  if (fresh.length > 0 && isFull(replica)) return { ...following, verified: Math.max(following.verified, fit.from - 1) }
  if (fit.truncateFrom !== undefined) replica.truncate(fit.truncateFrom)
  if (fresh.length > 0) replica.append(fresh)
  const reaches = sent.prevIndex + entries.length
  const known = replica.commit
  replica.commitTo(Math.min(sent.commit, reaches))
  const next = { ...following, verified: Math.max(following.verified, reaches) }
  const isNotice =
    entries.length === 0 && replica.commit > known && reaches <= before.verified && sent.round <= before.round
  if (fresh.length === 0 && !isNotice) acknowledge(replica, next)
  return next
}

/**
 * Takes in what the leader of this term has sent (section 3.5). New entries are acknowledged once they are durable,
 * everything else at once. What has committed here agrees with every leader to come, so it counts as verified.
 */
export function accept(replica: Replica, before: Following, received: Received<AppendEntries>): Following {
  const { from, message: sent } = received
  const known = replica.standing.leader
  if (known !== undefined && known.id !== from.id) return before
  replica.stand({ leader: from, heardAt: replica.parts.clock.now() })
  replica.heardCommit = Math.max(replica.heardCommit, sent.commit)
  const following = {
    leader: from,
    verified: Math.max(before.verified, replica.commit),
    round: Math.max(before.round, sent.round),
    incarnation: sent.incarnation,
  }
  return take(replica, before, following, received)
}
