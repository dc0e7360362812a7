import { createHash } from 'node:crypto'
import { randomHex, type Random } from '../../streams/contracts/clock.js'
import { LARGEST_NUMBER } from '../../streams/contracts/entry-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Replica } from '../../streams/replica/replica.js'
import { DATED_DIGITS, datedSession, UNDATED_DIGITS, undatedSession } from '../../streams/rules/session.js'
import { Numbers } from './numbers.js'

/** How an append is named in the log (section 6.3). */
export interface AppendName {
  readonly session: string
  readonly number: number
}

function hashed(kind: string, name: string, since: number | undefined): string {
  const digits = createHash('sha256').update(`${kind}\0${name}`).digest('hex')
  if (since === undefined) return undatedSession(digits.slice(0, UNDATED_DIGITS))
  return datedSession(since, digits.slice(0, DATED_DIGITS), LIMITS.sessionSpanEntries)
}

function checkSince(since: unknown): number | undefined {
  if (since === undefined) return undefined
  if (typeof since === 'number' && Number.isSafeInteger(since) && since >= 0) return since
  throw new KayakError('KAYAK_INVALID', 'since is an index that had committed when the id was made up.')
}

/**
 * The name of an append whose caller has given it an id.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for an empty id, or a number or an index that is none.
 */
export function namedAppend(id: unknown, since?: unknown): AppendName {
  const date = checkSince(since)
  if (typeof id === 'string' && id !== '') return { session: hashed('id', id, date), number: 1 }
  const plain: { session?: unknown; number?: unknown } = typeof id === 'object' && id !== null ? id : {}
  const { session, number } = plain
  if (typeof session !== 'string' || session === '' || typeof number !== 'number' || !Number.isSafeInteger(number))
    throw new KayakError('KAYAK_INVALID', 'An id is a string, or { session: string, number: integer }.')
  if (number < 1 || number > LARGEST_NUMBER)
    throw new KayakError('KAYAK_INVALID', `The number of an id is from 1 to ${String(LARGEST_NUMBER)}.`)
  return { session: hashed('session', session, date), number }
}

/** The name of an append of a host's own, among those of its session. */
export interface OwnName extends AppendName {
  readonly among: Numbers
}

/**
 * The session of a host's own appends, numbered 1, 2, 3 … A new one begins when an append has waited for so long that
 * its number would soon leave the window, since its answer must not be forgotten while it may be tried again; and when
 * the session would soon be forgotten itself, or is.
 */
export class OwnSession {
  private session = ''
  private numbers = new Numbers()

  constructor(
    private readonly random: Random,
    private readonly replica: Pick<Replica, 'sessions' | 'newestKnown' | 'standing' | 'parts'>,
  ) {}

  /** Whether an append can be named now: a new session takes its date from what a leader has told. */
  get isReady(): boolean {
    return this.replica.standing.leader !== undefined || !this.isWornOut()
  }

  /** Names an append that waits from now on. */
  begin(): OwnName {
    if (this.isWornOut()) this.renew()
    const { session, numbers: among } = this
    return { session, number: among.take(), among }
  }

  /** Says that an append waits no more. */
  settled({ number, among }: OwnName): void {
    among.settle(number)
  }

  private isWornOut(): boolean {
    if (this.session === '') return true
    const { sessions, parts } = this.replica
    const { next, lowestWaiting, isAnySettled } = this.numbers
    if (next - lowestWaiting >= sessions.window / 2) return true
    // while its first appends wait it is not known yet
    return isAnySettled && sessions.isWornOut(this.session, parts.log.lastTime)
  }

  private renew(): void {
    const digits = randomHex(this.random, DATED_DIGITS / 2)
    this.session = datedSession(this.replica.newestKnown, digits, LIMITS.sessionSpanEntries)
    this.numbers = new Numbers()
  }
}
