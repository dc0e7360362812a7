/**
 * What a leader knows of one other member (section 10.2.2). While it probes, one message goes out at a time; once one
 * has matched, messages are pipelined, `next` running ahead of `match`; a member behind the log gets a snapshot.
 */
export interface Progress {
  readonly state: 'probe' | 'replicate' | 'snapshot'
  readonly incarnation: number
  /** The last index that it holds durably, as it said itself in this term. Never goes back. */
  readonly match: number
  readonly next: number
  /** Messages with entries that are not answered yet, oldest first. */
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
  next: lastIndex + 1,
  inFlight: [],
  round: 0,
  heardAt: undefined,
})

/** Whether another message with entries may go out now. */
export function maySend(progress: Progress, limits: PipelineLimits): boolean {
  if (progress.state === 'snapshot') return false
  if (progress.state === 'probe') return progress.inFlight.length === 0
  const bytes = progress.inFlight.reduce((sum, message) => sum + message.bytes, 0)
  return progress.inFlight.length < limits.messages && bytes < limits.bytes
}

/** After a message that ends at `last` has gone out. */
export const sent = (progress: Progress, last: number, bytes: number): Progress => ({
  ...progress,
  next: progress.state === 'probe' ? progress.next : last + 1,
  inFlight: [...progress.inFlight, { last, bytes }],
})

/** After any answer of this term and incarnation. */
export const heard = (progress: Progress, now: number, round: number): Progress => ({
  ...progress,
  heardAt: now,
  round: Math.max(progress.round, round),
})

/** After it has said that it holds `match` durably: a late or doubled answer changes nothing. */
export function matched(progress: Progress, match: number): Progress {
  const reached = Math.max(progress.match, match)
  const verified = progress.state === 'snapshot' ? progress.state : 'replicate'
  return {
    ...progress,
    state: verified,
    match: reached,
    next: Math.max(progress.state === 'probe' ? reached + 1 : progress.next, reached + 1),
    inFlight: progress.inFlight.filter(message => message.last > reached),
  }
}

/** Going back to `next` at the latest, but never behind what it is known to hold: after a refusal, or a loss. */
export const backedOff = (progress: Progress, next: number): Progress => ({
  ...progress,
  state: 'probe',
  next: Math.max(progress.match + 1, Math.min(next, progress.next)),
  inFlight: [],
})

/** While a snapshot is on its way, nothing else is. */
export const awaitingSnapshot = (progress: Progress): Progress => ({ ...progress, state: 'snapshot', inFlight: [] })

/** After the snapshot has been installed, or given up. */
export const afterSnapshot = (progress: Progress, next: number): Progress => ({
  ...progress,
  state: 'probe',
  next: Math.max(progress.match + 1, next),
  inFlight: [],
})
