/** That up to `index` is all that had been acknowledged anywhere before `askedAt`, as a barrier has confirmed. */
export interface Proof {
  readonly index: number
  /** By the clock of the member that asked. */
  readonly askedAt: number
}

/** How stale a read may be: what was acknowledged so many milliseconds before it is in it, but for so many entries. */
export interface Staleness {
  readonly ms: number
  readonly entries: number
}

/** Up to where a member must have applied for a read at `now`; undefined where a proof is too old, or there is none. */
export const neededFor = (proof: Proof | undefined, now: number, { ms, entries }: Staleness): number | undefined =>
  proof === undefined || now - proof.askedAt > ms ? undefined : proof.index - entries
