import { filter, merge, tap } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions, Sync } from '../../streams/contracts/host.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Member } from '../member/member.js'
import type { Waiting } from '../member/waiting-room.js'
import { operation, type OperationContext } from './operation.js'

const index = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new KayakError('KAYAK_INVALID', 'An index is an integer from 0.')
}

interface Synced {
  /** What an ack must reach. */
  readonly index: number
  readonly settle: Settle<undefined>
}

/** Barriers, and waiting until the consumers of this host have applied an index. */
export class HostSync implements Sync {
  private readonly acknowledged = new Map<string, number>()
  private waiting: readonly Synced[] = []
  /** The last entry that consumers could see: what is applied after it nobody can acknowledge. */
  private shown = 0

  constructor(
    private readonly member: Member,
    private readonly context: OperationContext,
  ) {
    this.follow()
  }

  async barrier(options: OperationOptions = {}): Promise<number> {
    return operation(this.context, options, (timeoutMs, settle) => this.member.waiting.barrier(timeoutMs, settle))
  }

  ack(upTo: number, consumer = ''): void {
    this.acknowledged.set(consumer, Math.max(index(upTo), this.acknowledged.get(consumer) ?? 0))
    this.settle()
  }

  async sync(upTo: number, options: OperationOptions = {}): Promise<void> {
    const wanted = index(upTo)
    await operation<undefined>(this.context, options, (timeoutMs, settle) => this.wait(wanted, timeoutMs, settle))
  }

  /** Whether anybody tells what he has applied. */
  get isKept(): boolean {
    return this.acknowledged.size > 0
  }

  /** Fails all that wait, when the host stops. */
  stop(code: 'KAYAK_STOPPED' | 'KAYAK_REMOVED', cause?: KayakError): void {
    const waiting = this.waiting
    this.waiting = []
    for (const { settle } of waiting) settle.failed(new KayakError(code, 'The sync was cut off.', { cause }))
  }

  private get lowest(): number {
    return this.acknowledged.size === 0 ? 0 : Math.min(...this.acknowledged.values())
  }

  /** Keeps to what is applied here: what is shown, what isn't, and snapshots, which leave nothing to acknowledge. */
  private follow(): void {
    const { committed$, replica } = this.member
    const shown$ = committed$.pipe(
      tap(entry => {
        this.reach(entry.index - 1)
        this.shown = entry.index
      }),
    )
    const installed$ = replica.compactions.pipe(
      filter(({ type }) => type === 'installed'),
      tap(snapshot => {
        this.shown = 0
        this.reach(snapshot.index)
      }),
    )
    const hidden$ = replica.parts.inbox.flush$.pipe(tap(() => this.reach(replica.applied)))
    // a member that fails is told of to those who wait by stop()
    merge(shown$, installed$, hidden$).subscribe({ error: () => undefined })
  }

  /** All up to here is applied: who waits for an entry that nobody sees, waits for the one shown before it. */
  private reach(applied: number): void {
    if (this.waiting.length === 0) return
    this.waiting = this.waiting.map(one => (one.index <= applied ? { ...one, index: this.needed(one.index) } : one))
    this.settle()
  }

  private needed(wanted: number): number {
    return Math.min(wanted, this.shown)
  }

  private settle(): void {
    const lowest = this.lowest
    const reached = this.waiting.filter(one => one.index <= lowest)
    this.waiting = this.waiting.filter(one => one.index > lowest)
    for (const { settle } of reached) settle.done(undefined)
  }

  private wait(wanted: number, timeoutMs: number, settle: Settle<undefined>): Waiting {
    const { clock } = this.member.replica.parts
    const late = (): void =>
      give(new KayakError('KAYAK_TIMEOUT', `No ack of ${String(wanted)} came within ${String(timeoutMs)} ms.`))
    const timer = clock.schedule(late, timeoutMs)
    const timed: Settle<undefined> = {
      done: () => {
        timer.unsubscribe()
        settle.done(undefined)
      },
      failed: error => {
        timer.unsubscribe()
        settle.failed(error)
      },
    }
    const give = (error: KayakError): void => {
      this.waiting = this.waiting.filter(one => one.settle !== timed)
      timed.failed(error)
    }
    this.waiting = [...this.waiting, { index: wanted, settle: timed }]
    this.reach(this.member.replica.applied)
    this.settle()
    return { abort: cause => give(new KayakError('KAYAK_ABORTED', 'The sync was aborted.', { cause })) }
  }
}
