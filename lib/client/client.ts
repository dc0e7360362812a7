import { filter, merge, Subject, Subscription, type Observable } from 'rxjs'
import type { Client, ClientEvent, ClientEventBody } from '../../streams/contracts/client.js'
import type { ClientDialler } from '../../streams/contracts/client-transport.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Compaction, Entry, PublicRoster, ReadLevel, ReadOptions } from '../../streams/contracts/host.js'
import type { Member } from '../../streams/contracts/member.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { signalOf, timeoutOf } from '../host/operation-options.js'
import { answerOf } from '../host/query.js'
import { checkLevel, readFailure, stalenessOf } from '../host/read-options.js'
import { AddressBook } from './address-book.js'
import { asItIs, decodeWith } from '../host/entry-coding.js'
import { connections$ } from './connections.js'
import { Desk } from './desk.js'
import { Known } from './known.js'
import { Live } from './live.js'
import { RemoteLog } from './log.js'
import type { ResolvedClient } from './options.js'
import { ClientSession } from './session.js'
import { ClientSync } from './sync.js'

const LONGEST_TOKEN = 100

function checkRead(level: unknown, options: ReadOptions): asserts level is ReadLevel {
  checkOptions(options)
  signalOf(options)
  checkLevel(level, options)
  if (level === 'bounded') stalenessOf(options)
  const { token }: { token?: unknown } = options
  if (level === 'session' && (typeof token !== 'string' || token.length > LONGEST_TOKEN))
    throw new KayakError('KAYAK_INVALID', 'A session read takes the token that a host or client had, as options.token.')
}

/** A client as a consumer holds it: promises and streams around one connection after another. */
export class RemoteClient<T> implements Client<T> {
  readonly log: RemoteLog<T>
  readonly sync: ClientSync
  readonly committed$: Observable<Entry<T>>
  readonly compaction$: Observable<Compaction>
  readonly events$: Observable<ClientEvent>
  readonly connected$: Observable<Member | undefined>
  readonly leader$: Observable<Member | undefined>
  readonly roster$: Observable<PublicRoster>
  private readonly events = new Subject<ClientEvent>()
  private readonly known = new Known()
  private readonly desk: Desk
  private readonly running = new Subscription()

  constructor(
    private readonly options: ResolvedClient<T>,
    private readonly dialler: ClientDialler,
  ) {
    const { clock, random, codec, timeoutMs } = options
    const { known } = this
    const desk = new Desk(clock, timeoutMs)
    const live = new Live(desk, known, decodeWith(codec, asItIs))
    this.desk = desk
    this.log = new RemoteLog({ desk, known, live, codec, session: new ClientSession(known, clock, random) })
    this.sync = new ClientSync(desk, known)
    this.committed$ = live.committed$
    this.compaction$ = live.compaction$
    this.events$ = this.events.asObservable()
    this.connected$ = known.select(({ connected }) => connected)
    this.leader$ = known.select(({ leader }) => leader)
    this.roster$ = known.select(({ roster }) => roster)
  }

  get connected(): Member | undefined {
    return this.known.now.connected
  }

  get leader(): Member | undefined {
    return this.known.now.leader
  }

  get roster(): PublicRoster {
    return this.known.now.roster
  }

  get token(): string {
    return `${this.known.clusterId}:${String(this.known.committed)}`
  }

  /** Begins to connect, and resolves once there is a connection and what a member tells at first; or fails as `failed$` does. */
  async open(failed$: Observable<never>): Promise<void> {
    const told$ = this.known.select(({ roster }) => roster).pipe(filter(({ index }) => index > 0))
    const { signal } = this.options
    const opened = this.desk.settled('Connecting', merge(failed$, told$), signal === undefined ? {} : { signal })
    this.start()
    await opened
  }

  private start(): void {
    const { clock, random, seeds } = this.options
    const { dialler, known, desk } = this
    const book = new AddressBook(seeds, random)
    const tell = (event: ClientEventBody): void => this.tell(event)
    this.running.add(
      connections$({ dialler, book, known, clock, random, tell }).subscribe(connection =>
        desk.connection$.next(connection),
      ),
    )
  }

  async read<R>(
    query: (index: number) => R | Promise<R>,
    level: ReadLevel = 'linearizable',
    options: ReadOptions = {},
  ): Promise<R> {
    this.desk.check()
    checkRead(level, options)
    if (typeof query !== 'function') throw new KayakError('KAYAK_INVALID', 'A query is a function.')
    const { clock, timeoutMs } = this.desk
    const end = clock.now() + timeoutOf(options, timeoutMs)
    const index = level === 'stale' ? 0 : await this.untilFresh(level, options)
    return answerOf(query(index), { clock, end, signal: options.signal, over$: this.desk.fails$('The read') })
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a promise by contract: a host's takes its time
  async stop(): Promise<void> {
    if (this.running.closed) return
    this.running.unsubscribe()
    this.desk.stop()
    this.known.complete()
    this.events.complete()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  private async untilFresh(level: ReadLevel, options: ReadOptions): Promise<number> {
    try {
      return await this.sync.reach('The read', level, options)
    } catch (error) {
      throw readFailure(level, error)
    }
  }

  private tell(body: ClientEventBody): void {
    const { type, ...fields } = body
    if ('reason' in body) this.desk.trouble = `${body.address}: ${body.reason}`
    try {
      this.options.log?.info(type, fields)
    } catch {
      // a logger that fails must not take the client with it, and there is nobody left to tell
    }
    this.events.next({ at: this.options.clock.now(), ...body })
  }
}
