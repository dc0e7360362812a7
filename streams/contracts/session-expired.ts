import { KayakError } from './errors.js'

/** What is said of an append of which it can't be known any more whether it was applied: it isn't now. */
export const sessionExpired = (): KayakError =>
  new KayakError('KAYAK_SESSION_EXPIRED', 'What became of this append is forgotten; it is not applied now.', {
    outcome: 'unknown',
  })
