import { lastValueFrom, toArray, type Observable } from 'rxjs'
import { join, start, type Entry, type Host, type Options, type Payload, type Transport } from 'kayak'
import { MemoryDisk, memoryStorage } from 'kayak/plugins/storage-memory'
import { MemoryNetwork } from 'kayak/plugins/transport-memory'
import { seededRandom } from '../../lib/testing/seeded-random.js'
import { VirtualClock } from '../../lib/testing/virtual-clock.js'
import { isKayakError, type KayakError } from '../../lib/index.js'

/** Election timeout of the clusters in these worlds. */
export const T = 300

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** What a promise has come to. */
export interface Outcome<R> {
  settled: boolean
  value?: R
  error?: unknown
}

/**
 * Hosts on a network, on disks and in a time of their own. Time moves on only while something is run: one event of the
 * clock, then a turn of the event loop, in which whatever a promise has set off may happen.
 */
export class World {
  readonly clock = new VirtualClock(1_000_000)
  readonly random = seededRandom(7)
  readonly network = new MemoryNetwork({ clock: this.clock, random: this.random })
  private readonly disks = new Map<string, MemoryDisk>()
  private lastPort = 7100

  /** The disk of a name; it outlives the hosts that use it. */
  disk(name: string): MemoryDisk {
    const disk = this.disks.get(name) ?? new MemoryDisk({ random: this.random })
    this.disks.set(name, disk)
    return disk
  }

  options<P = Payload>(name: string, more: Options<P> = {}) {
    const { clock, random, network } = this
    const storage = memoryStorage({ disk: this.disk(name), clock })
    return { storage, transport: network.transport(), clock, random, ...more } satisfies Options<P>
  }

  start<P = Payload>(name: string, more: Options<P> = {}, address = this.addressFor(name)): Promise<Host<P>> {
    const isNew = this.disk(name).identity === undefined
    return this.run(start(address, this.options(name, isNew ? { electionTimeoutMs: T, ...more } : more)))
  }

  join<P = Payload>(
    name: string,
    peers: readonly (Host<P> | string)[],
    more: Options<P> = {},
    address = this.addressFor(name),
  ): Promise<Host<P>> {
    const addresses = peers.map(peer => (typeof peer === 'string' ? peer : peer.self.address))
    return this.run(join(address, addresses, this.options(name, more)))
  }

  /** A port of its own for a new member, and port 0, the recorded one, for the others. */
  private addressFor(name: string): string {
    return this.disk(name).identity === undefined ? `127.0.0.1:${++this.lastPort}` : '127.0.0.1:0'
  }

  /** A cluster of two members, a and b; a has founded it and leads. */
  async pair<P = Payload>(more: Options<P> = {}): Promise<[Host<P>, Host<P>]> {
    const a = await this.start('a', more)
    return [a, await this.join('b', [a], more)]
  }

  /** A cluster of three members, a, b and c; a has founded it and leads. */
  async trio<P = Payload>(more: Options<P> = {}): Promise<[Host<P>, Host<P>, Host<P>]> {
    const [a, b] = await this.pair(more)
    return [a, b, await this.join('c', [b], more)]
  }

  /** All entries that had committed when it was called, in their order, as one who begins now reads them. */
  async everything<P>(host: Host<P>): Promise<readonly Entry<P>[]> {
    await this.run(host.sync.barrier())
    const seen = record(host.log.listen())
    await this.pass(10)
    seen.stop()
    return seen.values
  }

  /** What a crash of a process does: what wasn't synced is lost, the lock free, the connections gone. */
  crash(name: string, { transport }: { readonly transport: Transport }): void {
    this.disk(name).crash()
    transport.close().subscribe()
  }

  /** Lets time pass until a promise has settled. */
  async run<R>(promise: Promise<R>, limitMs = 120_000): Promise<R> {
    const outcome = watch(promise)
    await this.until(() => outcome.settled, limitMs)
    return promise
  }

  /** The error that a promise fails with. */
  async fails(promise: Promise<unknown>): Promise<KayakError> {
    const error: unknown = await this.run(
      promise.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    )
    if (isKayakError(error)) return error
    throw new Error(`Failed with ${String(error)}, and not with a KayakError.`)
  }

  /** Lets time pass until a predicate holds. */
  async until(holds: () => boolean, limitMs = 120_000): Promise<void> {
    const deadline = this.clock.now() + limitMs
    await settle()
    let idle = 0
    while (!holds()) {
      const { next } = this.clock
      if (next === undefined ? ++idle > 100 : next > deadline) throw new Error(`It didn't hold in ${limitMs} ms.`)
      if (next !== undefined) this.clock.step()
      await turn()
    }
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    let passed = false
    this.clock.schedule(() => void (passed = true), ms)
    await this.until(() => passed, ms + 1)
  }

  /** Lets what is due now happen, without moving time on. */
  async breathe(): Promise<void> {
    const now = this.clock.now()
    await settle()
    while (this.clock.next !== undefined && this.clock.next <= now) {
      this.clock.step()
      await turn()
    }
  }

  /** Whoever leads, once it knows. */
  async leaderOf<P>(hosts: readonly Host<P>[]): Promise<Host<P>> {
    const lead = (): Host<P> | undefined => hosts.find(host => host.role === 'leader')
    await this.until(() => lead() !== undefined)
    const leader = lead()
    if (leader === undefined) throw new Error('There is no leader.')
    return leader
  }

  async stop(...hosts: readonly { stop(): Promise<void> }[]): Promise<void> {
    await this.run(Promise.all(hosts.map(host => host.stop())))
  }

  /** What still waits for its time once all that was under way on the network has arrived. */
  async leftovers(): Promise<number> {
    await this.pass(10)
    return this.clock.pending
  }
}

/** A few turns of the event loop, for promises that follow upon each other. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn()
}

/** Keeps what becomes of a promise, which may fail without anyone waiting. */
export function watch<R>(promise: Promise<R>): Outcome<R> {
  const outcome: Outcome<R> = { settled: false }
  promise.then(
    value => Object.assign(outcome, { settled: true, value }),
    (error: unknown) => Object.assign(outcome, { settled: true, error }),
  )
  return outcome
}

/** Keeps what an observable emits and how it ends. */
export interface Recording<V> {
  readonly values: V[]
  end: 'complete' | 'error' | undefined
  error?: unknown
  stop(): void
}

export function record<V>(source$: Observable<V>): Recording<V> {
  const recording: Recording<V> = { values: [], end: undefined, stop: () => subscription.unsubscribe() }
  const subscription = source$.subscribe({
    next: value => void recording.values.push(value),
    error: (error: unknown) => Object.assign(recording, { end: 'error', error }),
    complete: () => (recording.end = 'complete'),
  })
  return recording
}

/** The bytes of a stream of chunks in one piece. */
export const bytesOf = async (world: World, chunks$: Observable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await world.run(lastValueFrom(chunks$.pipe(toArray()))))

/** Matches a text that contains another; typed, where Jest's own is not. */
export const containing = (text: string): unknown => expect.stringContaining(text)
