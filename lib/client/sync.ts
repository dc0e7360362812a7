import { filter, merge, of, Subject } from 'rxjs'
import { clientMessage, ClientRead, type ClientFresh } from '../../streams/contracts/client-messages/index.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { OperationOptions, ReadLevel, ReadOptions, Sync } from '../../streams/contracts/host.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { timeoutOf } from '../host/operation-options.js'
import type { Desk } from './desk.js'
import type { Known } from './known.js'

function index(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new KayakError('KAYAK_INVALID', 'An index is an integer from 0.')
}

function nameOf(consumer: unknown): string {
  if (typeof consumer === 'string') return consumer
  throw new KayakError('KAYAK_INVALID', 'The name of a consumer is a string.')
}

/** Barriers, and waiting until the consumers of this client have applied an index. */
export class ClientSync implements Sync {
  private readonly acknowledged = new Map<string, number>()
  private readonly changes = new Subject<void>()

  constructor(
    private readonly desk: Desk,
    private readonly known: Known,
  ) {}

  async barrier(options: OperationOptions = {}): Promise<number> {
    return (await this.prove('The barrier', 'linearizable', options)).index
  }

  ack(upTo: number, consumer = ''): void {
    const name = nameOf(consumer)
    this.acknowledged.set(name, Math.max(index(upTo), this.acknowledged.get(name) ?? 0))
    this.changes.next()
  }

  forget(consumer = ''): void {
    this.acknowledged.delete(nameOf(consumer))
    this.changes.next()
  }

  async sync(upTo: number, options: OperationOptions = {}): Promise<void> {
    const token = `${this.known.clusterId}:${String(index(upTo))}`
    await this.reach('The sync', 'session', { ...options, token }, true)
  }

  /**
   * Proves that a member is as fresh as a level says, and waits for those of this client's consumers who tell how far they
   * are. Gives the index up to which consumers hold everything then.
   */
  async reach(what: string, level: ReadLevel, options: ReadOptions, always = false): Promise<number> {
    const { clock, timeoutMs } = this.desk
    const end = clock.now() + timeoutOf(options, timeoutMs)
    const { index: reached, visible } = await this.prove(what, level, options)
    const isWaiting = options.acknowledged !== false && this.acknowledged.size > 0
    if (reached > 0 && (always || isWaiting))
      await this.applied(what, visible, { ...options, timeoutMs: Math.max(1, end - clock.now()) })
    return this.known.visible(visible)
  }

  private async prove(what: string, level: ReadLevel, options: ReadOptions): Promise<ClientFresh> {
    checkOptions(options)
    const { maxMs, maxEntries, token } = options
    const make = (id: number, timeoutMs: number): ClientRead =>
      clientMessage(ClientRead, { id, level, maxMs, maxEntries, token, timeoutMs })
    const fresh = await this.desk.ask<ClientFresh>({ what, changes: false, bytes: 0, make, type: 'fresh' }, options)
    this.known.reach(fresh.index)
    this.known.see(fresh.visible)
    return fresh
  }

  private get lowest(): number {
    return this.acknowledged.size === 0 ? 0 : Math.min(...this.acknowledged.values())
  }

  private applied(what: string, visible: number, options: OperationOptions): Promise<unknown> {
    const isApplied = (): boolean => this.lowest >= this.known.visible(visible)
    const applied$ = merge(of(undefined), this.changes, this.known.gaps$).pipe(filter(isApplied))
    return this.desk.settled(what, applied$, options)
  }
}
