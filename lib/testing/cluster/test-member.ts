import { AsyncSubject, concat, EMPTY, observeOn, of, Subscription, switchMap, tap, timer } from 'rxjs'
import type { Observable } from 'rxjs'
import { MemoryDisk, memoryStorage, type Torn } from '../../../plugins/storage-memory/index.js'
import { randomHex } from '../../../streams/contracts/clock.js'
import type { KayakError } from '../../../streams/contracts/errors.js'
import { PROTOCOL } from '../../../streams/contracts/messages/versions.js'
import type { Protocol } from '../../../streams/contracts/protocol.js'
import type { HostEvent } from '../../../streams/contracts/events.js'
import type { Identity } from '../../../streams/contracts/storage.js'
import type { Recovered } from '../../../streams/replica/open.js'
import type { ClusterSettings } from '../../../streams/rules/roster.js'
import { found$ } from '../../host/found.js'
import { Member } from '../../member/member.js'
import type { Watched } from './checker.js'
import type { MemberMachine } from './digest-machine.js'
import { hasQuorum } from './has-quorum.js'
import { opening$, type Life, type Prepare } from './life.js'
import { LocalTime } from './local-time.js'
import { ProcessClock } from './process-clock.js'
import type { Surroundings } from './surroundings.js'

/** How a life of a member has ended. */
export type End = 'crashed' | 'stopped' | 'removed' | { readonly failed: KayakError }

/** How long a process stood still, by the election timeout of then, and the term that it led, where others could have. */
export interface Held {
  readonly timeouts: number
  readonly term: number | undefined
}

const NEVER_HELD: Held = { timeouts: 0, term: undefined }

/** A member under test: its disk, which outlives it, and what runs on it. */
export class TestMember implements Watched {
  readonly id: string
  readonly disk: MemoryDisk
  readonly time: LocalTime
  readonly machine: MemberMachine
  /** What has happened, as the member tells it. */
  readonly events: HostEvent[] = []
  /** How its last life has ended; undefined while it runs. */
  end: End | undefined = 'stopped'
  /** Bytes of its snapshots, at least. */
  snapshotBytes = 0
  isWiped = false
  /** Since when it has run without a pause. */
  awakeSince = 0
  /** Its last pause in this life: for how long, and of which term it was the leader then. */
  held: Held = NEVER_HELD
  private pausedAt = 0
  private lives = 0
  private running: Life | undefined
  /** A life that has ended in order, until it has let go of the disk. */
  private leaving: Life | undefined
  /** Completes when the last life has let go of the disk. */
  private left$: Observable<never> = EMPTY
  /** What makes a disk that holds nothing that of a member. */
  private prepare: Prepare = () => EMPTY

  constructor(
    readonly name: string,
    private readonly around: Surroundings,
    /** How far its clock is ahead. */
    aheadMs = 0,
    /** Where it is, or will be when it is started. */
    public address = `${name}:7000`,
    /** What the software speaks by which it is started next. */
    public protocol: Protocol = PROTOCOL,
  ) {
    this.id = randomHex(around.random, 16)
    this.time = new LocalTime(around.clock, aheadMs)
    this.machine = around.newMachine()
    this.disk = new MemoryDisk({ random: around.fork() })
  }

  get life(): string {
    return `${this.name}#${this.lives}`
  }

  /** What runs, once it is open. */
  get member(): Member | undefined {
    return this.running?.member
  }

  get replica(): Member['replica'] | undefined {
    return this.member?.replica
  }

  get state(): string {
    return this.machine.state
  }

  /** Whether it has been started, ever. */
  get hasLived(): boolean {
    return this.lives > 0
  }

  get hasFailed(): boolean {
    return typeof this.end === 'object'
  }

  /** Whether its disk is gone or damaged: it can't come back, and has to be replaced. */
  get isLost(): boolean {
    return this.isWiped || this.disk.isDamaged
  }

  get isLeader(): boolean {
    return this.replica?.standing.role === 'leader'
  }

  /** Makes the first member of a cluster of an empty disk, as a host does, and starts it. */
  found(clusterId: string, settings: ClusterSettings): void {
    const identity = this.identity(clusterId, 'founding')
    const time = this.around.clock.now()
    this.prepare = (storage, opened) => found$(storage, opened, identity, settings, time)
    this.launch()
  }

  /** Makes a joiner of an empty disk, that nobody has let in yet, and starts it. */
  enter(clusterId: string): void {
    this.prepare = storage => storage.saveIdentity(this.identity(clusterId, 'joining'))
    this.launch()
  }

  /** Starts it from its disk. What founding or entering has left undone, it does first. */
  start(): void {
    this.launch()
  }

  /** The process dies, and with it the power: what wasn't synced is lost, or torn. */
  crash(torn?: Torn): void {
    const life = this.finish('crashed') ?? this.leaving
    if (life === undefined) return
    life.clock.die()
    this.disk.crash(torn)
    this.leaving = undefined
    this.left$ = EMPTY
    life.member?.stop('KAYAK_STOPPED', 'was lost in a crash.')
    life.transport.close().subscribe()
  }

  /** The machine is gone, and with it the disk. Whoever checks may still look at what was on it. */
  wipe(): void {
    this.crash()
    this.isWiped = true
  }

  /** A second process opens the disk that this one runs on; tells whether it was refused. */
  intrude(told: (error: unknown) => void): void {
    const storage = memoryStorage({ disk: this.disk, clock: this.around.clock })
    const intruder$ = storage.open().pipe(switchMap(() => storage.close()))
    intruder$.subscribe({ error: told, complete: () => told(undefined) })
  }

  /** The process ends in order, and stays a member. */
  stop(end: End = 'stopped'): void {
    const life = this.finish(end)
    if (life === undefined) return
    const { member, transport, storage } = life
    const failed = typeof end === 'object' ? end.failed : undefined
    if (failed !== undefined) this.around.failed(this, failed)
    member?.stop(end === 'removed' ? 'KAYAK_REMOVED' : 'KAYAK_STOPPED', 'was stopped.', failed)
    this.around.stopped(this.life, this.around.clock.pendingOf(life.clock))
    const left$ = new AsyncSubject<never>()
    this.leaving = life
    this.left$ = left$
    concat(transport.close(), storage.close())
      .pipe(tap({ complete: () => this.letGo(life) }))
      .subscribe(left$)
  }

  get isPaused(): boolean {
    return this.running?.clock.isPaused === true
  }

  /** The process stands still: what it should do meanwhile, it does when it goes on. */
  pause(): void {
    if (this.isPaused) return
    this.pausedAt = this.around.clock.now()
    this.running?.clock.pause()
  }

  resume(): void {
    if (this.isPaused) {
      this.awakeSince = this.around.clock.now()
      const timeouts = (this.awakeSince - this.pausedAt) / (this.replica?.electionTimeoutMs ?? Infinity)
      this.held = { timeouts, term: this.termLedWithOthers }
    }
    this.running?.clock.resume()
  }

  /** Replaces its log by a snapshot of what its machine holds, or held a while before, as one that is slow does. */
  compact(settled: (error: unknown) => void = () => undefined, lagMs = 0): void {
    const { replica, member, machine, running } = this
    if (replica === undefined || member === undefined || running === undefined || replica.applied === 0) return
    const { applied } = replica
    const batches = [[machine.snapshot(this.snapshotBytes)]]
    const pull = (): Observable<readonly Uint8Array[]> => of(batches.shift() ?? [])
    const compacting$ = timer(lagMs, running.clock).pipe(switchMap(() => member.compact(applied, pull)))
    const at$ = lagMs === 0 ? member.compact(applied, pull) : compacting$
    running.subscriptions.add(at$.subscribe({ complete: () => settled(undefined), error: settled }))
  }

  private identity(clusterId: string, standing: Identity['standing']): Identity {
    return { memberId: this.id, clusterId, address: this.address, advertise: this.address, standing }
  }

  /** The term that it leads, unless there is nobody else who could. */
  private get termLedWithOthers(): number | undefined {
    const { replica } = this
    if (replica === undefined || !this.isLeader || hasQuorum(replica.roster, id => id === this.id)) return undefined
    return replica.standing.term
  }

  private letGo(life: Life): void {
    if (this.leaving === life) this.leaving = undefined
  }

  private finish(end: End): Life | undefined {
    const life = this.running
    this.running = undefined
    if (life !== undefined) this.end = end
    life?.subscriptions.unsubscribe()
    this.around.touched(this)
    return life
  }

  private launch(): void {
    if (this.running !== undefined) throw new Error(`${this.name} runs already.`)
    this.awakeSince = this.around.clock.now()
    this.held = NEVER_HELD
    const { around, disk } = this
    const touched = (): void => around.touched(this)
    const life: Life = {
      clock: new ProcessClock(around.clock, touched, this.time),
      random: around.fork(),
      storage: memoryStorage({ disk, clock: new ProcessClock(around.clock, touched) }),
      transport: around.network.transport(),
      subscriptions: new Subscription(),
      member: undefined,
    }
    this.lives++
    this.end = undefined
    this.running = life
    life.subscriptions.add(
      concat(this.left$, opening$(life, disk, this, this.prepare)).subscribe({
        next: recovered => this.run(life, recovered),
        // a storage and a transport fail with nothing else
        error: (failed: KayakError) => this.stop({ failed }),
      }),
    )
  }

  private run(life: Life, recovered: Recovered): void {
    const { clock, random, storage, transport, subscriptions } = life
    const { around } = this
    const member = new Member({
      self: { id: this.id, address: this.address },
      clusterId: recovered.opened.identity?.clusterId ?? '',
      heartbeatMs: around.heartbeatMs,
      contacts: around.contactsOf(this),
      versions: this.protocol,
      ...{ clock, random, storage, transport, recovered },
    })
    life.member = member
    this.restore()
    const name = this.life
    subscriptions.add(
      member.committed$.subscribe({
        next: entry => {
          around.applying(name, entry)
          this.machine.apply(entry)
        },
        error: () => undefined,
      }),
    )
    subscriptions.add(
      member.replica.compactions.subscribe(({ type }) => {
        if (type === 'installed') this.restore()
      }),
    )
    subscriptions.add(member.replica.events$.subscribe(event => this.events.push(event)))
    subscriptions.add(
      // as a host does, which lets go of a member outside of it
      member.ended$.pipe(observeOn(around.clock)).subscribe(ending => {
        if (this.running === life) this.stop(ending.type === 'removed' ? 'removed' : { failed: ending.error })
      }),
    )
    member.start()
  }

  /** Takes over the newest snapshot. */
  private restore(): void {
    const newest = this.disk.snapshots.at(-1)
    if (newest === undefined) this.machine.reset()
    else this.machine.restore(newest.bytes.subarray(newest.meta.sessionBytes))
  }
}
