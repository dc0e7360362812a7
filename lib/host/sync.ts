import { filter, merge, tap } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions, Sync } from '../../streams/contracts/host.js'
import { IndexQueue } from '../../streams/operators/index-queue.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Member } from '../member/member.js'
import type { Waiting } from '../member/waiting-room.js'
import { operation, type OperationContext } from './operation.js'

const index = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new KayakError('KAYAK_INVALID', 'An index is an integer from 0.')
}

function nameOf(consumer: unknown): string {
  if (typeof consumer === 'string') return consumer
  throw new KayakError('KAYAK_INVALID', 'The name of a consumer is a string.')
}

/** Barriers, and waiting until the consumers of this host have applied an index. */
export class HostSync implements Sync {
  private readonly acknowledged = new Map<string, number>()
  /** Those who wait until an index is applied here, and those who wait until it is acknowledged. */
  private readonly unapplied = new IndexQueue<Settle<number>>()
  private readonly unacknowledged = new IndexQueue<Settle<number>>()
  /** The last entry that consumers could see: what is applied after it nobody can acknowledge. */
  private last = 0

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
    const name = nameOf(consumer)
    this.acknowledged.set(name, Math.max(index(upTo), this.acknowledged.get(name) ?? 0))
    this.settle()
  }

  forget(consumer = ''): void {
    this.acknowledged.delete(nameOf(consumer))
    if (this.isKept) this.settle()
  }

  async sync(upTo: number, options: OperationOptions = {}): Promise<void> {
    const wanted = index(upTo)
    await operation<number>(this.context, options, (timeoutMs, settle) => this.wait(wanted, timeoutMs, settle))
  }

  /** The last entry that consumers can still read; 0 if there is none. */
  get shown(): number {
    return this.last > (this.member.replica.snapshot?.index ?? 0) ? this.last : 0
  }

  /**
   * What somebody who has applied all up to an index has acknowledged at least: the last entry that he could see. What is in
   * a snapshot that was installed isn't known one by one, and counts as one.
   */
  visibleUpTo(index: number): number {
    return Math.min(index, this.last > 0 ? this.last : (this.member.replica.snapshot?.index ?? 0))
  }

  /** Whether anybody tells what he has applied. */
  get isKept(): boolean {
    return this.acknowledged.size > 0
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
        this.last = entry.index
      }),
    )
    const installed$ = replica.compactions.pipe(
      filter(({ type }) => type === 'installed'),
      tap(snapshot => {
        this.last = 0
        this.reach(snapshot.index)
      }),
    )
    const hidden$ = replica.parts.inbox.flush$.pipe(tap(() => this.reach(replica.applied)))
    // a member that fails is told of to those who wait where they wait
    merge(shown$, installed$, hidden$).subscribe({ error: () => undefined })
  }

  /** All up to here is applied: who waits for an entry that nobody sees, waits for the one shown before it. */
  private reach(applied: number): void {
    for (const [index, waiting] of this.unapplied.take(applied))
      this.unacknowledged.put(Math.min(index, this.last), waiting)
    this.settle()
  }

  private settle(): void {
    for (const [index, waiting] of this.unacknowledged.take(this.lowest)) waiting.done(index)
  }

  private wait(wanted: number, timeoutMs: number, settle: Settle<number>): Waiting {
    const begin = (pending: Settle<number>): void => {
      this.unapplied.put(wanted, pending)
      this.unacknowledged.put(wanted, pending)
      this.reach(this.member.replica.applied)
    }
    const drop = (pending: Settle<number>): void => {
      this.unapplied.delete(pending)
      this.unacknowledged.delete(pending)
    }
    return this.member.waiting.hold('sync', timeoutMs, settle, begin, drop)
  }
}
