/**
 * How a learner catches up before it is promoted (section 4.2.1): in rounds, each of which replicates all that the
 * leader's log held when it began. One that takes less than an election timeout has caught up closely enough.
 */
export interface CatchUp {
  readonly target: number
  readonly startedAt: number
}

export type CatchUpStep = { readonly caughtUp: boolean; readonly round: CatchUp }

export function catchUp(
  round: CatchUp | undefined,
  match: number,
  last: number,
  now: number,
  electionTimeoutMs: number,
): CatchUpStep {
  const current = round ?? { target: last, startedAt: now }
  if (match < current.target) return { caughtUp: false, round: current }
  if (now - current.startedAt < electionTimeoutMs) return { caughtUp: true, round: current }
  return { caughtUp: match >= last, round: { target: last, startedAt: now } }
}
