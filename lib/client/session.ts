import { randomHex, type Clock, type Random } from '../../streams/contracts/clock.js'
import { LARGEST_NUMBER } from '../../streams/contracts/entry-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { AppendOptions } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Known } from './known.js'

/** How an append is named to members, which make the name in the log of it. The number 0 is of a name of one append. */
export interface ClientName {
  readonly name: string
  readonly number: number
  readonly since: number | undefined
}

const isIndex = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LIMITS.clientNameLength

/**
 * The name of an append whose caller has given it an id; undefined without one.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` as a host does, and for one of more than 1024 characters.
 */
export function nameOf({ id, since }: AppendOptions): ClientName | undefined {
  if (since !== undefined && (id === undefined || !isIndex(since)))
    throw new KayakError('KAYAK_INVALID', 'since is an index that had committed when the id was made up.')
  if (id === undefined) return undefined
  if (isName(id)) return { name: id, number: 0, since }
  // JavaScript may pass anything
  const given: unknown = id
  const { session, number }: { session?: unknown; number?: unknown } =
    typeof given === 'object' && given !== null ? given : {}
  if (isName(session) && isIndex(number) && number >= 1 && number <= LARGEST_NUMBER)
    return { name: session, number, since }
  const most = String(LIMITS.clientNameLength)
  throw new KayakError(
    'KAYAK_INVALID',
    `An id is a string, or { session: string, number: integer from 1 }, of at most ${most} characters.`,
  )
}

/**
 * The session of a client's own appends, as a host has one: a new one begins before the cluster could forget this one, or
 * an answer in it that is still waited for. What a client can't count it takes for the worst.
 */
export class ClientSession {
  private name = ''
  private since = 0
  private count = 0
  private waiting = new Set<number>()
  /** How much had committed, and when that was, as it was last used. */
  private usedAt = { index: 0, ms: 0 }

  constructor(
    private readonly known: Known,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Names an append that is now waiting, and gives what to call when it has been settled. */
  begin(): ClientName & { readonly settled: () => void } {
    if (this.name === '' || this.isWornOut()) this.renew()
    const number = ++this.count
    const { name, since, waiting } = this
    waiting.add(number)
    return { name, number, since, settled: () => this.settle(waiting, number) }
  }

  /** The cluster has forgotten a session; what is appended from now on has another. */
  expired(name: string): void {
    if (name === this.name) this.name = ''
  }

  private settle(waiting: Set<number>, number: number): void {
    waiting.delete(number)
    if (waiting === this.waiting) this.usedAt = { index: this.known.committed, ms: this.clock.now() }
  }

  private isWornOut(): boolean {
    const [lowest] = this.waiting
    if (lowest !== undefined && this.count + 1 - lowest >= this.known.window / 2) return true
    const { index, ms } = this.usedAt
    // each entry since may be of another session
    const uses = this.known.committed - index
    return (
      uses > Math.min(LIMITS.sessions, LIMITS.sessionAnswers) / 2 || this.clock.now() - ms > LIMITS.sessionIdleMs / 2
    )
  }

  private renew(): void {
    this.name = randomHex(this.random, 16)
    this.since = this.known.committed
    this.count = 0
    this.waiting = new Set()
    this.usedAt = { index: this.since, ms: this.clock.now() }
  }
}
