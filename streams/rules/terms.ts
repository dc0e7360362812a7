/** What a message's term says to a member of another (section 3.3). */
export type TermVerdict = 'stale' | 'current' | 'newer'

export const judgeTerm = (own: number, term: number): TermVerdict =>
  term < own ? 'stale' : term > own ? 'newer' : 'current'
