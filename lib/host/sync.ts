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
  readonly index: number
  readonly settle: Settle<undefined>
}

/** Barriers, and waiting until the consumers of this host have applied an index. */
export class HostSync implements Sync {
  private readonly acknowledged = new Map<string, number>()
  private waiting: readonly Synced[] = []

  constructor(
    private readonly member: Member,
    private readonly context: OperationContext,
  ) {}

  async barrier(options: OperationOptions = {}): Promise<number> {
    return operation(this.context, options, (timeoutMs, settle) => this.member.waiting.barrier(timeoutMs, settle))
  }

  ack(upTo: number, consumer = ''): void {
    this.acknowledged.set(consumer, Math.max(index(upTo), this.acknowledged.get(consumer) ?? 0))
    const lowest = this.lowest
    const reached = this.waiting.filter(one => one.index <= lowest)
    this.waiting = this.waiting.filter(one => one.index > lowest)
    for (const { settle } of reached) settle.done(undefined)
  }

  async sync(upTo: number, options: OperationOptions = {}): Promise<void> {
    const wanted = index(upTo)
    await operation<undefined>(this.context, options, (timeoutMs, settle) => this.wait(wanted, timeoutMs, settle))
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

  private wait(wanted: number, timeoutMs: number, settle: Settle<undefined>): Waiting {
    const give = (error: KayakError): void => {
      this.waiting = this.waiting.filter(other => other !== one)
      one.settle.failed(error)
    }
    const timer = this.member.replica.parts.clock.schedule(
      () => give(new KayakError('KAYAK_TIMEOUT', `No ack of ${String(wanted)} came within ${String(timeoutMs)} ms.`)),
      timeoutMs,
    )
    const one: Synced = {
      index: wanted,
      settle: {
        done: () => {
          timer.unsubscribe()
          settle.done(undefined)
        },
        failed: error => {
          timer.unsubscribe()
          settle.failed(error)
        },
      },
    }
    if (wanted <= this.lowest) one.settle.done(undefined)
    else this.waiting = [...this.waiting, one]
    return { abort: cause => give(new KayakError('KAYAK_ABORTED', 'The sync was aborted.', { cause })) }
  }
}
