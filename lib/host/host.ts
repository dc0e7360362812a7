import { AsyncSubject, concat, filter, map, merge, take, throwError, type Observable, type Subscription } from 'rxjs'
import { KayakError, isKayakError } from '../../streams/contracts/errors.js'
import type {
  ChangeOptions,
  Compaction,
  Entry,
  Host,
  Member as PublicMember,
  OperationOptions,
  ReadLevel,
  ReadOptions,
} from '../../streams/contracts/host.js'
import type { HostEvent } from '../../streams/contracts/events.js'
import type { PublicRoster, RoleName } from '../../streams/contracts/host.js'
import type { Identity } from '../../streams/contracts/storage.js'
import { Broadcast } from '../../streams/operators/broadcast.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import type { RosterStep } from '../../streams/rules/membership.js'
import type { Ending, Member } from '../member/member.js'
import { OwnSession } from './append-session.js'
import { changeRoster, checkId } from './change-roster.js'
import { payloadCheck } from './clients/check-payload.js'
import { serveClients$ } from './clients/serve.js'
import { handOver, isLastVoter, leave, markAsLeft, sayFarewell } from './leave.js'
import { decodeFor } from './coding.js'
import { HostLog } from './log.js'
import { timeoutOf, type OperationContext } from './operation.js'
import type { Resolved } from './options.js'
import { within } from './within.js'
import { read } from './read.js'
import { tokenOf } from './read-token.js'
import { HostSync } from './sync.js'
import { transferLeadership } from './transfer-leadership.js'

type Closed = { readonly code: 'KAYAK_STOPPED' | 'KAYAK_REMOVED'; readonly error?: KayakError }

/** A member of a cluster as a consumer holds it: promises and streams around a {@link Member}. */
export class MemberHost<T> implements Host<T> {
  readonly self: PublicMember
  readonly log: HostLog<T>
  readonly sync: HostSync
  readonly committed$: Observable<Entry<T>>
  readonly compaction$: Observable<Compaction>
  readonly events$: Observable<HostEvent>
  readonly role$: Observable<RoleName>
  readonly term$: Observable<number>
  readonly leader$: Observable<PublicMember | undefined>
  readonly roster$: Observable<PublicRoster>
  private readonly committed = new Broadcast<Entry<T>>()
  private readonly leaving = new AsyncSubject<void>()
  private readonly context: OperationContext
  private readonly subscriptions: readonly Subscription[]
  private closed: Closed | undefined
  private closing: Promise<void> | undefined
  private stopping: Promise<void> | undefined

  constructor(
    private readonly member: Member,
    private readonly options: Resolved<T>,
    private readonly identity: Identity,
  ) {
    const { replica, views } = member
    this.self = { id: replica.self.id, address: replica.self.address }
    this.context = { timeoutMs: options.timeoutMs, check: () => this.check() }
    const session = new OwnSession(options.random, replica)
    const { codec, maxPayloadBytes } = options
    this.sync = new HostSync(member, this.context)
    const shown = (): number => this.sync.shown
    this.log = new HostLog(member, { ...this.context, codec, maxPayloadBytes, session, shown })
    this.committed$ = this.committed.values$
    this.compaction$ = replica.compactions.asObservable()
    this.events$ = replica.events$
    this.role$ = views.select(view => view.role)
    this.term$ = views.select(view => view.term)
    this.leader$ = views.select(view => view.leader)
    this.roster$ = views.select(view => view.roster)
    this.subscriptions = [this.emitting(), this.logging(), this.ending(), this.serving()]
  }

  get leader(): PublicMember | undefined {
    return this.member.views.now.leader
  }

  get role(): RoleName {
    return this.member.views.now.role
  }

  get term(): number {
    return this.member.views.now.term
  }

  get roster(): PublicRoster {
    return this.member.views.now.roster
  }

  get token(): string {
    return tokenOf(this.member.replica)
  }

  read<R>(
    query: (index: number) => R | Promise<R>,
    level: ReadLevel = 'linearizable',
    options: ReadOptions = {},
  ): Promise<R> {
    return read(this.member, this.sync, this.context, query, level, options)
  }

  changeRoster(steps: readonly RosterStep[], options: ChangeOptions = {}): Promise<PublicRoster> {
    return changeRoster(this.member, this.context, steps, options)
  }

  async remove(id: string, options?: ChangeOptions): Promise<PublicRoster> {
    return this.changeRoster([{ type: 'remove', id: checkId(id) }], options)
  }

  async promote(id: string, options?: ChangeOptions): Promise<PublicRoster> {
    return this.changeRoster([{ type: 'promote', id: checkId(id) }], options)
  }

  async replace(dead: string, by: string, options?: ChangeOptions): Promise<PublicRoster> {
    const steps = [
      { type: 'remove', id: checkId(dead) },
      { type: 'promote', id: checkId(by) },
    ] as const
    return this.changeRoster(steps, options)
  }

  async transferLeadership(to?: string, options: OperationOptions = {}): Promise<PublicMember> {
    return transferLeadership(this.member, this.context, to, options)
  }

  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = timeoutOf(options, this.options.timeoutMs)
    this.closing ??= this.closed === undefined ? this.leaveAndStop(timeoutMs) : this.closeStopped(this.closed)
    return this.closing
  }

  stop(): Promise<void> {
    return this.shut({ code: 'KAYAK_STOPPED' })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  private check(): void {
    if (this.closed === undefined && this.closing === undefined) return
    const { code, error } = this.closed ?? { code: 'KAYAK_STOPPED' as const }
    throw new KayakError(code, 'The host takes no more operations.', { cause: error })
  }

  private async leaveAndStop(timeoutMs: number): Promise<void> {
    const deadline = this.options.clock.now() + timeoutMs
    // what clients wait for keeps nobody: other members have it too
    this.leaving.next()
    this.leaving.complete()
    try {
      const outcome = await leave(this.member, deadline)
      if (outcome === 'left') await markAsLeft(this.member, deadline, this.identity)
      await sayFarewell(this.member, deadline)
    } finally {
      await this.shut({ code: 'KAYAK_STOPPED' })
    }
  }

  /** One that has stopped can't leave any more: that is well only where it is out already, or could not have left. */
  private async closeStopped({ code, error }: Closed): Promise<void> {
    await this.stop()
    if (code === 'KAYAK_REMOVED' || (error === undefined && isLastVoter(this.member))) return
    throw new KayakError('KAYAK_STOPPED', 'The host stopped before it could leave; it is a member still.', {
      cause: error,
    })
  }

  /** What fails to close then is told to whoever calls stop(). */
  private ending(): Subscription {
    return this.member.ended$.subscribe(ending => void this.end(ending).catch(() => undefined))
  }

  /** Ends as the member has by itself: it was removed, or has failed. */
  private async end(ending: Ending): Promise<void> {
    if (this.closing !== undefined && ending.type === 'removed') return
    if (ending.type === 'failed') return this.shut({ code: 'KAYAK_STOPPED', error: ending.error })
    const removed$ = this.member.saveIdentity({ ...this.identity, standing: 'removed' })
    await within(removed$, this.options.timeoutMs, this.options.clock, () => undefined)
    return this.shut({ code: 'KAYAK_REMOVED' })
  }

  private shut(closed: Closed): Promise<void> {
    this.closed ??= closed
    this.stopping ??= this.release(this.closed)
    return this.stopping
  }

  /** Lets go of everything, within an election timeout even if the disk hangs. */
  private async release({ code, error }: Closed): Promise<void> {
    const { transport, storage, clock } = this.options
    const { electionTimeoutMs } = this.member.replica
    const end = clock.now() + electionTimeoutMs
    const why = code === 'KAYAK_REMOVED' ? 'the member was removed.' : 'the host has stopped.'
    this.member.waiting.close(code, `was cut off: ${why}`, error)
    // others needn't wait until they miss it
    if (code === 'KAYAK_STOPPED' && error === undefined) await handOver(this.member, end - electionTimeoutMs / 2)
    const limit = Math.max(1, end - clock.now())
    this.member.stop(code, `was cut off: ${why}`, error)
    const closing = [transport.close(), storage.close()].map(closed$ => within(closed$, limit, clock, () => undefined))
    const closed = await Promise.allSettled(closing)
    for (const subscription of this.subscriptions) subscription.unsubscribe()
    if (error === undefined) this.committed.complete()
    else this.committed.error(error)
    for (const result of closed) if (result.status === 'rejected') throw result.reason
  }

  /** Decodes once for all consumers, and only while there are any. */
  private emitting(): Subscription {
    const decode = decodeFor(this.options.codec)
    return this.member.committed$.subscribe({
      next: (entry: LogEntry) => {
        if (!this.committed.observed) return
        try {
          this.committed.next(decode(entry))
        } catch (error) {
          if (isKayakError(error)) this.member.replica.failures.next(error)
          else throw error
        }
      },
      error: () => undefined,
    })
  }

  /** Serves clients from outside the cluster. */
  private serving(): Subscription {
    const { member, sync, options } = this
    const { codec, maxPayloadBytes, transport } = options
    const checkPayload = payloadCheck(codec, maxPayloadBytes, member.replica.parts.budgets)
    const served = { member, sync, check: () => this.check(), leaving$: this.leaving, checkPayload }
    return serveClients$(served, transport).subscribe()
  }

  private logging(): Subscription {
    const { log } = this.options
    return this.events$.subscribe(event => {
      const { type, ...fields } = event
      try {
        if (type === 'failed') log?.error(type, fields)
        else log?.info(type, fields)
      } catch {
        // a logger that fails must not take the member with it, and there is nobody left to tell
      }
    })
  }
}

/** Emits once when a condition of a member holds after a batch of events; errors if the member ends before. */
export function when$(member: Member, holds: () => boolean): Observable<void> {
  const holds$ = merge([undefined], member.replica.parts.inbox.settled$).pipe(filter(holds))
  const ended$ = member.ended$.pipe(
    map(ending => {
      throw ending.type === 'failed' ? ending.error : new KayakError('KAYAK_REMOVED', 'The member was removed.')
    }),
  )
  const stopped$ = throwError(() => new KayakError('KAYAK_STOPPED', 'The member was stopped.'))
  // who hears of the ending first may stop the member, and what it has ended of is asked again
  return concat(merge(holds$, ended$), ended$, stopped$).pipe(
    take(1),
    map(() => undefined),
  )
}
