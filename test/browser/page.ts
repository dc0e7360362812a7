import { connect, isKayakError, machine, type Client, type Machine, type Payload } from 'kayak/client'
import { acknowledge, fromIndex, project } from 'kayak/streams'

/*
 * What runs in the page, and in Node beside it: the same projection and the same machine. It imports what a consumer can.
 */

/** How often each word was said. */
export type Counts = Readonly<Record<string, number>>

const count = (counts: Counts, word: unknown): Counts => ({
  ...counts,
  [String(word)]: (counts[String(word)] ?? 0) + 1,
})

export interface Seen {
  readonly committed: readonly (readonly [number, string])[]
  readonly projected: { readonly index: number; readonly counts: Counts }
  readonly machine: { readonly index: number; readonly counts: Counts }
}

export interface Failure {
  readonly code: string
  readonly outcome: string
}

/** One client, with what it follows. */
export class Follower {
  private readonly committed: [number, string][] = []
  private projected = { index: 0, counts: {} as Counts }
  private readonly counting: Machine<Counts, Payload, undefined>

  private constructor(private readonly client: Client) {
    client.committed$.subscribe(({ index, payload }) => this.committed.push([index, String(payload)]))
    fromIndex(client)
      .pipe(project({}, count), acknowledge(client, 'projection'))
      .subscribe(({ index, state }) => (this.projected = { index, counts: state }))
    this.counting = machine(client, { initial: {}, apply: (counts, word: Payload) => count(counts, word) })
  }

  /** @param base - what stands before a member's port where it is reached by a path of its own. */
  static async connect(addresses: readonly string[], token: string, base?: string): Promise<Follower> {
    const url = (address: string): string => `${String(base)}${String(address.split(':').at(-1))}`
    return new Follower(await connect(addresses, { token, timeoutMs: 30_000, ...(base !== undefined && { url }) }))
  }

  get connected(): string | undefined {
    return this.client.connected?.address
  }

  /** Appends words, so many at a time, and gives their indexes. */
  async append(words: readonly string[]): Promise<readonly number[]> {
    return Promise.all(words.map(async word => (await this.client.log.append(word, { timeoutMs: 60_000 })).index))
  }

  async failing(word: string): Promise<Failure> {
    try {
      await this.client.log.append(word)
    } catch (error) {
      if (isKayakError(error)) return { code: error.code, outcome: error.outcome }
      throw error
    }
    return { code: 'NONE', outcome: 'none' }
  }

  /** What it has seen of all that was acknowledged anywhere by now. */
  async seen(): Promise<Seen> {
    return this.client.read(async () => {
      const machine = await this.counting.read(counts => ({ index: this.counting.index, counts }))
      return { committed: this.committed, projected: this.projected, machine }
    })
  }

  async stop(): Promise<void> {
    await this.counting.stop()
    await this.client.stop()
  }
}

/** Why somebody can't connect. */
export async function refusal(addresses: readonly string[], token?: string): Promise<string> {
  try {
    const client = await connect(addresses, { timeoutMs: 3000, ...(token !== undefined && { token }) })
    await client.stop()
  } catch (error) {
    return isKayakError(error) ? error.code : String(error)
  }
  return 'NONE'
}
