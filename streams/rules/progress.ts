/**
 * What a leader knows of one other member (section 10.2.2). While it probes, one message goes out at a time; once one
 * has matched, messages are pipelined, `next` running ahead of `match`; a member behind the log gets a snapshot.
 */
export interface Progress {
  readonly state: 'probe' | 'replicate' | 'snapshot'
  readonly incarnation: number
  /** The last index that it holds durably, as it said itself in this term. Never goes back. */
  readonly match: number
  /** The last index at which its log is known to be the leader's, durable or not yet. */
  readonly verified: number
  readonly next: number
  /** Messages with entries that are not durable there yet, as far as is known, oldest first. */
  readonly inFlight: readonly InFlight[]
  /** The last round that it has answered (section 6.4). */
  readonly round: number
  /** When it was last heard, on the leader's clock; undefined if never in this term. */
  readonly heardAt: number | undefined
}

export interface InFlight {
  readonly last: number
  readonly bytes: number
}

/** How much may be under way to one member. */
export interface PipelineLimits {
  readonly messages: number
  readonly bytes: number
}

export const beginProgress = (incarnation: number, lastIndex: number): Progress => ({
  state: 'probe',
  incarnation,
  match: 0,
  verified: 0,
  next: lastIndex + 1,
  inFlight: [],
  round: 0,
  heardAt: undefined,
})

/** Whether another message with entries may go out now. */
export function maySend(progress: Progress, limits: PipelineLimits): boolean {
  if (progress.state === 'snapshot') return false
  if (progress.state === 'probe' && progress.inFlight.some(({ last }) => last >= progress.next)) return false
  return progress.inFlight.length < limits.messages && inFlightBytes(progress) < limits.bytes
}

/** What it has been sent and has not durably, as far as is known. */
export const inFlightBytes = ({ inFlight }: Pick<Progress, 'inFlight'>): number =>
  inFlight.reduce((sum, message) => sum + message.bytes, 0)

/** After a message that ends at `last` has gone out. */
export const sent = (progress: Progress, last: number, bytes: number): Progress => ({
  ...progress,
  next: progress.state === 'probe' ? progress.next : last + 1,
  inFlight: [...progress.inFlight, { last, bytes }],
})

/** What a member says of itself in an answer of this term and incarnation. */
export interface Answered {
  readonly round: number
  /** Up to here its log is the leader's and durable. */
  readonly match: number
  /** Up to here its log is the leader's, durable or not yet. */
  readonly verified: number
}

/** After any answer: a late or doubled one changes nothing, since what it says only grows. */
export function answered(progress: Progress, now: number, { round, match, verified }: Answered): Progress {
  const reached = Math.max(progress.match, match)
  const known = Math.max(progress.verified, verified, reached)
  const agrees = progress.state === 'probe' && known >= progress.next - 1
  return {
    ...progress,
    state: agrees ? 'replicate' : progress.state,
    heardAt: now,
    round: Math.max(progress.round, round),
    match: reached,
    verified: known,
    next: Math.max(agrees ? known + 1 : progress.next, reached + 1),
    inFlight: progress.inFlight.filter(message => message.last > reached),
  }
}

/**
 * After a refusal of what followed `refused`, where the logs may still agree at `agreeable`. One that contradicts
 * what is known is late, and so is one of another message than the probe under way.
 */
export function refused(progress: Progress, refusedIndex: number, agreeable: number): Progress {
  if (progress.state === 'snapshot' || refusedIndex <= progress.match) return progress
  if (progress.state === 'probe' && refusedIndex !== progress.next - 1) return progress
  return backedOff({ ...progress, verified: progress.match }, agreeable + 1)
}

/** What has arrived and waits for a disk is in flight still, so that a hanging one is not sent more at each loss. */
const arrived = ({ inFlight, verified }: Progress): readonly InFlight[] =>
  inFlight.filter(({ last }) => last <= verified)

/** What to compare from one heartbeat to the next, to notice that a message was lost. */
export interface LossMark {
  readonly match: number
  readonly verified: number
  readonly oldest: number | undefined
}

export const lossMark = ({ match, verified, inFlight }: Progress): LossMark => ({
  match,
  verified,
  oldest: inFlight[0]?.last,
})

/**
 * Whether messages must have been lost: since the mark nothing has come of what was under way already then. A member
 * that has all and is only slow to sync has lost nothing.
 */
export const hasLost = (progress: Progress, mark: LossMark | undefined): boolean => {
  const now = lossMark(progress)
  const unchanged = mark?.match === now.match && mark.verified === now.verified && mark.oldest === now.oldest
  return unchanged && now.oldest !== undefined && progress.verified < (progress.inFlight.at(-1)?.last ?? 0)
}

/** Going back to `next` at the latest, but never behind what it is known to hold: after a refusal, or a loss. */
const backedOff = (progress: Progress, next: number): Progress => ({
  ...progress,
  state: 'probe',
  next: Math.max(progress.match + 1, Math.min(next, progress.next)),
  inFlight: arrived(progress),
})

/**
 * After a loss. A probe that was lost has said nothing about the log that it asks for, so it is sent again as it was:
 * going back would send the whole history, or a snapshot, to a member that was only away for a while.
 */
export const afterLoss = (progress: Progress): Progress =>
  backedOff(progress, progress.state === 'probe' ? progress.next : progress.verified + 1)

/** While a snapshot is on its way, nothing else is. */
export const awaitingSnapshot = (progress: Progress): Progress => ({ ...progress, state: 'snapshot', inFlight: [] })

/** After the snapshot has been installed, or given up. */
export const afterSnapshot = (progress: Progress, next: number): Progress => ({
  ...progress,
  state: 'probe',
  next: Math.max(progress.match + 1, next),
  inFlight: [],
})
