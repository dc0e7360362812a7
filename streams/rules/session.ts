/**
 * The name of a session: 20 hexadecimal digits, ten bytes an entry. One that is *dated* says how much had committed when
 * it was made up: its first bit is set, 31 bits count spans of entries, and 48 bits tell it from others of that moment.
 * One that is *undated* has its first bit clear, and 79 bits to tell it.
 */
const DATED = 0x8000_0000
const LATEST = 0x7fff_ffff
const DATE_DIGITS = 8

/** Digits that {@link datedSession} takes. */
export const DATED_DIGITS = 12

/**
 * @param since - an index that had committed when the session was made up.
 * @param digits - what tells it from others, {@link DATED_DIGITS} of them.
 * @param spanEntries - what dates are counted in.
 */
export function datedSession(since: number, digits: string, spanEntries: number): string {
  const date = Math.min(LATEST, Math.floor(since / spanEntries))
  return (DATED + date).toString(16) + digits
}

/** Digits that {@link undatedSession} takes. */
export const UNDATED_DIGITS = 20

/** @param digits - what tells it from others, {@link UNDATED_DIGITS} of them. */
export const undatedSession = (digits: string): string =>
  (parseInt(digits.slice(0, 1), 16) & 7).toString(16) + digits.slice(1)

const CODE_OF_8 = 56

/** Whether a session has a date, by the first bit of its first digit: letters come after digits. */
export const isDated = (session: string): boolean => session.charCodeAt(0) >= CODE_OF_8

/** The date of a session, in spans of entries; undefined for one without. */
export const dateOf = (session: string): number | undefined =>
  isDated(session) ? parseInt(session.slice(0, DATE_DIGITS), 16) - DATED : undefined

/** Which sessions may have been forgotten: what is unknown and not among them is new. */
export interface Forgotten {
  /** The latest date of any that was; -1 while none was. */
  readonly upTo: number
  /** Whether any without a date was. */
  readonly undated: boolean
}

export const NONE_FORGOTTEN: Forgotten = { upTo: -1, undated: false }

/** Whether an unknown session can't be told from one that was forgotten (section 6.3). */
export function mayBeForgotten({ upTo, undated }: Forgotten, session: string): boolean {
  const date = dateOf(session)
  return date === undefined ? undated : date <= upTo
}

export function afterForgetting({ upTo, undated }: Forgotten, session: string): Forgotten {
  const date = dateOf(session)
  return date === undefined ? { upTo, undated: true } : { upTo: Math.max(upTo, date), undated }
}

/**
 * Whether a session may be forgotten by an entry: not while one that is made up now could have its date, by somebody who
 * is up to a span behind. It would be taken for forgotten, and nobody could append under a new one any more.
 */
export const isForgettable = (session: string, index: number, spanEntries: number): boolean =>
  (dateOf(session) ?? -Infinity) + 1 < Math.floor(index / spanEntries)

/** Whether a session says to have been made up after an entry of its own: it is of nobody who can be trusted with dates. */
export const isFromTheFuture = (session: string, index: number, spanEntries: number): boolean =>
  (dateOf(session) ?? 0) > Math.floor(index / spanEntries)
