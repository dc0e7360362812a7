import { Observable, type Subscriber } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { CallKind, StorageCall } from './calls.js'
import type { MemoryDisk, PendingWrite } from './disk.js'

const closed = (): KayakError => new KayakError('KAYAK_STORAGE_FAILED', 'The storage is not open.')

/**
 * How the operations of one storage reach its disk: each begins when it is subscribed and ends by the clock, whoever
 * has unsubscribed. After a crash none of them ends.
 */
export class Operations {
  private poison: KayakError | undefined
  /** Holds the disk's lock, a new one for each opening, so that what an earlier one has begun can't end in a later. */
  private holder: object | undefined

  constructor(
    private readonly disk: MemoryDisk,
    private readonly clock: Clock,
  ) {}

  /** Whether its disk has crashed since it was opened: then it is as silent as a process that has died. */
  get isDead(): boolean {
    return this.holder !== undefined && !this.disk.isHeldBy(this.holder)
  }

  /** Takes the lock; false if another storage has it. */
  begin(): boolean {
    const holder = {}
    if (!this.disk.lock(holder)) return false
    this.holder = holder
    this.poison = undefined
    return true
  }

  /** Gives the lock back. What is under way is given up. */
  end(): void {
    if (this.holder !== undefined) this.disk.unlock(this.holder)
    this.holder = undefined
  }

  /** A write. `begin` checks it, and tells what it does; what it throws refuses it and does no harm. */
  write<T = never>(kind: CallKind, begin: () => PendingWrite, result?: () => T | undefined): Observable<T> {
    return new Observable<T>(subscriber => {
      this.attempt(subscriber, () => {
        const pending = begin()
        const call = this.disk.calls.begin(kind, pending.parts)
        if (this.crashesBefore(call)) return
        this.disk.pending.set(pending, kind)
        this.later(() => this.endWrite(call, pending, subscriber, result))
      })
    })
  }

  read<T>(kind: CallKind, work: () => T): Observable<T> {
    return new Observable<T>(subscriber => {
      this.attempt(subscriber, () => {
        const call = this.disk.calls.begin(kind)
        if (!this.crashesBefore(call)) this.later(() => this.endRead(call, work, subscriber))
      })
    })
  }

  /** Gives the lock back. Idempotent: only the first reaches the disk. */
  close(): Observable<never> {
    return new Observable<never>(subscriber => {
      if (this.isDead) return
      const call = this.holder === undefined ? undefined : this.disk.calls.begin('close')
      if (call !== undefined && this.crashesBefore(call)) return
      this.clock.schedule(() => {
        this.end()
        const armed = call && this.disk.calls.strike(call, 'end')
        if (armed === undefined) subscriber.complete()
        else armed.crash()
      })
    })
  }

  /** Runs by the clock unless the disk has crashed under this storage by then. */
  later(work: () => void): void {
    const { holder } = this
    const end = (): void => {
      if (holder !== undefined && this.disk.isHeldBy(holder)) work()
    }
    this.clock.schedule(end, this.disk.drawLatency())
  }

  /** Whether there is a crash before a call: it comes by the clock, after whoever calls has ended its turn. */
  private crashesBefore(call: StorageCall): boolean {
    const armed = this.disk.calls.strike(call, 'begin')
    if (armed !== undefined) this.clock.schedule(() => armed.crash())
    return armed !== undefined
  }

  private attempt<T>(subscriber: Subscriber<T>, begin: () => void): void {
    if (this.isDead) return
    if (this.holder === undefined) return this.refuse(subscriber, closed())
    if (this.poison !== undefined) return this.refuse(subscriber, this.poison)
    try {
      begin()
    } catch (error) {
      this.refuse(subscriber, error)
    }
  }

  private refuse<T>(subscriber: Subscriber<T>, error: unknown): void {
    this.clock.schedule(() => subscriber.error(error))
  }

  private endWrite<T>(
    call: StorageCall,
    pending: PendingWrite,
    subscriber: Subscriber<T>,
    result?: () => T | undefined,
  ): void {
    const behaviour = this.disk.judge('writes')
    if (behaviour === 'hang')
      return this.disk.park(() => this.later(() => this.endWrite(call, pending, subscriber, result)))
    this.disk.pending.delete(pending)
    if (this.crashesAtEnd(call, pending)) return
    if (behaviour === 'fail' || this.poison !== undefined) {
      if (this.poison === undefined) this.disk.leave(pending)
      this.poison ??= new KayakError('KAYAK_STORAGE_FAILED', 'A write failed.', { outcome: 'unknown' })
      return subscriber.error(this.poison)
    }
    pending.commit()
    const value = result?.()
    if (value !== undefined) subscriber.next(value)
    subscriber.complete()
  }

  /** Whether there is a crash at the end of a call, which leaves of a write what it is told. */
  private crashesAtEnd(call: StorageCall, pending?: PendingWrite): boolean {
    const armed = this.disk.calls.strike(call, 'end')
    if (armed === undefined) return false
    if (typeof armed.when === 'object') pending?.tear?.(armed.when.torn)
    else pending?.commit()
    armed.crash()
    return true
  }

  private endRead<T>(call: StorageCall, work: () => T, subscriber: Subscriber<T>): void {
    const behaviour = this.disk.judge('reads')
    if (behaviour === 'hang') return this.disk.park(() => this.later(() => this.endRead(call, work, subscriber)))
    if (this.crashesAtEnd(call)) return
    if (behaviour === 'fail') return subscriber.error(new KayakError('KAYAK_STORAGE_FAILED', 'A read failed.'))
    let value: T
    try {
      value = work()
    } catch (error) {
      return subscriber.error(error)
    }
    subscriber.next(value)
    subscriber.complete()
  }
}
