/** What a message's term says to a member of another (section 3.3). */
export type TermVerdict = 'stale' | 'current' | 'newer'

/** How far a term can be beyond a member's own: no cluster holds so many elections while one of its members is away. */
const FARTHEST = 2 ** 32

/**
 * Whether a term can be somebody's. One that is followed is on disk for good, and behind the last that there is no leader could
 * ever be elected.
 */
export const isCredibleTerm = (own: number, term: number): boolean => term - own <= FARTHEST

export const judgeTerm = (own: number, term: number): TermVerdict =>
  term < own ? 'stale' : term > own ? 'newer' : 'current'
