import { createHash } from 'node:crypto'
import { randomHex, type Random } from '../../streams/contracts/clock.js'
import { LARGEST_NUMBER } from '../../streams/contracts/entry-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'

/** How an append is named in the log (section 6.3). */
export interface AppendName {
  readonly session: string
  readonly number: number
}

const SESSION_BYTES = 10
const hash = (kind: string, name: string): string =>
  createHash('sha256')
    .update(`${kind}\0${name}`)
    .digest('hex')
    .slice(0, 2 * SESSION_BYTES)

/**
 * The name of an append whose caller has given it an id.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for an empty id, or a number that is none.
 */
export function namedAppend(id: unknown): AppendName {
  if (typeof id === 'string' && id !== '') return { session: hash('id', id), number: 1 }
  const plain: { session?: unknown; number?: unknown } = typeof id === 'object' && id !== null ? id : {}
  const { session, number } = plain
  if (typeof session !== 'string' || session === '' || typeof number !== 'number' || !Number.isSafeInteger(number))
    throw new KayakError('KAYAK_INVALID', 'An id is a string, or { session: string, number: integer }.')
  if (number < 1 || number > LARGEST_NUMBER)
    throw new KayakError('KAYAK_INVALID', `The number of an id is from 1 to ${String(LARGEST_NUMBER)}.`)
  return { session: hash('session', session), number }
}

/**
 * The session of a host's own appends, numbered 1, 2, 3 … A new one begins when an append has waited for so long that
 * its number would soon leave the window, since its answer must not be forgotten while it may be tried again.
 */
export class OwnSession {
  private session = ''
  private count = 0
  private waiting = new Set<number>()

  constructor(private readonly random: Random) {}

  /** Names an append that is now waiting, and gives what to call when it has been settled. */
  begin(): AppendName & { readonly settled: () => void } {
    const [lowest = this.count] = this.waiting
    if (this.session === '' || this.count + 1 - lowest >= LIMITS.sessionWindow / 2) this.renew()
    const number = ++this.count
    const { session, waiting } = this
    waiting.add(number)
    return { session, number, settled: () => waiting.delete(number) }
  }

  private renew(): void {
    this.session = randomHex(this.random, SESSION_BYTES)
    this.count = 0
    this.waiting = new Set()
  }
}
