/** The timeout of one election, drawn from [T, 2T) by a chance in [0, 1) (section 3.4). */
export const drawElectionTimeout = (electionTimeoutMs: number, chance: number): number =>
  electionTimeoutMs + Math.floor(electionTimeoutMs * chance)

/** Whether a leader heard at `heardAt` is still to be believed in: for the least election timeout (section 4.2.3). */
export const isRecent = (heardAt: number | undefined, now: number, electionTimeoutMs: number): boolean =>
  heardAt !== undefined && now - heardAt < electionTimeoutMs

/** Whether a write that began at `since` has taken so long that another member should lead: the greatest election timeout. */
export const isHanging = (since: number | undefined, now: number, electionTimeoutMs: number): boolean =>
  since !== undefined && now - since >= 2 * electionTimeoutMs

/** An entry's time: the leader's clock, never before the entry before it. */
export const entryTime = (now: number, previous: number): number => Math.max(Math.floor(now), previous)
