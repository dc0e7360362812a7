import { connect, join, start, type Client, type ClientOptions, type Host, type Options, type Payload } from 'kayak'
import { MemoryDisk, memoryStorage } from 'kayak/plugins/storage-memory'
import { systemClock } from '../../plugins/clock'
import { systemRandom } from '../../plugins/random'

/** Short enough for tests that elect often, long enough for a machine that is busy. */
const ELECTION_TIMEOUT_MS = 400

/** Hosts on real sockets and disks in memory, and clients of theirs; nothing of them is left after a test. */
export class Cluster {
  private readonly stopping: (() => Promise<unknown>)[] = []

  async start<T = Payload>(options: Options<T> = {}): Promise<Host<T>> {
    return this.keep(
      await start<T>('127.0.0.1:0', this.options({ electionTimeoutMs: ELECTION_TIMEOUT_MS, ...options })),
    )
  }

  async join<T = Payload>(peer: Host<T>, options: Options<T> = {}): Promise<Host<T>> {
    return this.keep(await join<T>('127.0.0.1:0', [peer.self.address], this.options(options)))
  }

  async trio<T = Payload>(options: Options<T> = {}): Promise<[Host<T>, Host<T>, Host<T>]> {
    const a = await this.start(options)
    return [a, await this.join(a, options), await this.join(a, options)]
  }

  async connect<T = Payload>(hosts: readonly (Host<T> | string)[], options: ClientOptions<T> = {}): Promise<Client<T>> {
    const addresses = hosts.map(host => (typeof host === 'string' ? host : host.self.address))
    return this.keep(await connect<T>(addresses, options))
  }

  keep<S extends { stop(): Promise<void> }>(stoppable: S): S {
    this.stopping.push(() => stoppable.stop())
    return stoppable
  }

  async stop(): Promise<void> {
    // clients first, since what they still wait for keeps nobody
    for (const stop of this.stopping.reverse()) await stop()
    this.stopping.length = 0
  }

  private options<T>(options: Options<T>): Options<T> {
    const disk = new MemoryDisk({ random: systemRandom() })
    return { storage: memoryStorage({ disk, clock: systemClock() }), ...options }
  }
}

/** What something fails with. */
export async function failing(promise: Promise<unknown>): Promise<{ code: string; outcome: string; message: string }> {
  try {
    await promise
  } catch (error) {
    // whatever is thrown here is a KayakError, or the test fails at what it expects of it
    return error as { code: string; outcome: string; message: string }
  }
  throw new Error('It was to fail, and has not.')
}
