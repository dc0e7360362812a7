import { EMPTY, NEVER, type Observable } from 'rxjs'
import { assemble } from '../../lib/member/assemble'
import { seededRandom } from '../../lib/testing/seeded-random'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { MemoryDisk, memoryStorage } from '../../plugins/storage-memory'
import type { Message } from '../../streams/contracts/messages'
import type { Storage } from '../../streams/contracts/storage'
import type { Peer, Transport } from '../../streams/contracts/transport'
import { open$, type Recovered } from '../../streams/replica/open'
import type { Replica } from '../../streams/replica/replica'
import type { LogEntry } from '../../streams/rules/entry'
import { journaled } from './journal'

export const memberId = (name: string): string => name.repeat(32)
export const sender = (name: string) => ({ id: memberId(name), address: `${name}:1` })

export interface PlaceOptions {
  /** How long each operation of the disk takes, once it is open. */
  readonly diskMs?: number
  readonly entries?: readonly LogEntry[]
  /** A disk that was prepared, or that an earlier replica has left. */
  readonly disk?: MemoryDisk
}

/** A replica without roles: what happens to it is what a test does, in turns, and all of it is written down. */
export class Place {
  readonly clock = new VirtualClock()
  readonly disk: MemoryDisk
  readonly replica: Replica
  /** What the storage was asked to do when the replica was opened, and since, and when. */
  readonly opening: readonly string[]
  readonly journal: string[] = []
  readonly sent: (readonly [to: string, message: Message])[] = []
  /** When writes completed. */
  readonly wrote: number[] = []
  /** Writes that were told to be slow: when, and how long they had taken. */
  readonly slow: (readonly [at: number, tookMs: number])[] = []
  /** What the writing has ended with. */
  readonly errors: unknown[] = []
  readonly recovered: Recovered

  constructor({ diskMs = 0, entries = [], disk = new MemoryDisk() }: PlaceOptions = {}) {
    this.disk = disk
    disk.log.append(entries)
    // a term is written before any entry of it
    const { term } = disk.log.last
    if (disk.termAndVote.term < term) disk.termAndVote = { term, vote: undefined }
    disk.latencyMs = 0
    const storage = journaled(memoryStorage({ disk, clock: this.clock }), what => this.note(what))
    this.recovered = this.open(storage)
    this.opening = this.journal.splice(0)
    this.replica = this.assemble(storage)
    disk.latencyMs = diskMs
  }

  get parts(): Replica['parts'] {
    return this.replica.parts
  }

  /** Does something in a turn of its own, and lets all happen that is due by then. */
  turn(task: () => void): this {
    this.parts.inbox.post(task)
    return this.pass(0)
  }

  pass(ms: number): this {
    this.clock.advanceBy(ms)
    return this
  }

  /** Lets everything happen that is still to happen, and looks after each step. */
  settle(look: () => void = () => undefined): this {
    while (this.clock.step()) look()
    return this
  }

  private note(what: string): void {
    this.journal.push(`${this.clock.now()} ${what}`)
  }

  private open(storage: Storage): Recovered {
    const opened: { recovered?: Recovered; error?: Error } = {}
    open$(storage).subscribe({
      next: recovered => (opened.recovered = recovered),
      error: (error: Error) => (opened.error = error),
    })
    this.clock.advanceBy(0)
    if (opened.recovered !== undefined) return opened.recovered
    throw opened.error ?? new Error('The storage does not open.')
  }

  private assemble(storage: Storage): Replica {
    const { clock, recovered } = this
    const transport: Transport = {
      inbound$: NEVER,
      notices$: NEVER,
      open: (): Observable<never> => EMPTY,
      identify: () => undefined,
      close: () => EMPTY,
      // what a replica sends are messages
      send: (to: Peer, message: object) => void this.sent.push([to.address.slice(0, 1), message as Message]),
    }
    const around = { clock, storage, transport, recovered, random: seededRandom(1), heartbeatMs: 10 }
    const replica = assemble({ self: sender('a'), clusterId: memberId('c'), ...around }, (_, tookMs) =>
      this.slow.push([clock.now(), tookMs]),
    )
    const { disk, outbox } = replica.parts
    disk.wrote$.subscribe(() => {
      this.wrote.push(clock.now())
      outbox.release()
    })
    disk.writes$.subscribe({ error: (error: unknown) => this.errors.push(error) })
    return replica
  }
}

/** What a stream gives that ends by itself, and its error if that is how it ended. */
export function gathered<T>({ clock }: Place, source$: Observable<T>): { values: T[]; error?: unknown } {
  const seen: { values: T[]; error?: unknown } = { values: [] }
  source$.subscribe({ next: value => seen.values.push(value), error: (error: unknown) => (seen.error = error) })
  while (clock.step());
  return seen
}
