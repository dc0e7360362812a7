import { seededRandom } from '../../lib/testing/seeded-random'
import { Refused, type MemberProcess } from './process'

/** Why an append that was not answered is tried again through another member, with the same id. */
const PASSING = new Set(['GONE', 'KAYAK_TIMEOUT', 'KAYAK_STOPPED', 'KAYAK_OVERLOADED'])

/** Writers that append one payload after another, each through whatever member runs, until they are stopped. */
export class Load {
  /** Index at which each payload was acknowledged. */
  readonly acknowledged = new Map<string, number>()
  private readonly writers: readonly Promise<void>[]
  private readonly progress = new Set<() => void>()
  private readonly random: ReturnType<typeof seededRandom>
  private stopping = false
  private isAbandoned = false

  constructor(
    /** Those that run now: it may change at any time. */
    private readonly running: () => readonly MemberProcess[],
    writers: number,
    seed: number,
  ) {
    this.random = seededRandom(seed)
    this.writers = Array.from({ length: writers }, (_, at) => this.write(`writer ${at}`))
  }

  /** Resolves once so many more payloads have been acknowledged. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged.size + count
    const failed = Promise.all(this.writers)
    while (this.acknowledged.size < enough)
      await Promise.race([new Promise<void>(resolve => this.progress.add(resolve)), failed])
  }

  /** Lets each writer end its append. */
  async stop(): Promise<void> {
    this.stopping = true
    await Promise.all(this.writers)
  }

  /** Gives up what is under way, when a test has failed. */
  abandon(): void {
    this.stopping = true
    this.isAbandoned = true
  }

  private async write(session: string): Promise<void> {
    for (let number = 1; !this.stopping; number++) {
      const payload = `${session}, payload ${number}`
      this.acknowledged.set(payload, await this.append(payload, { session, number }))
      for (const resolve of this.progress) resolve()
      this.progress.clear()
    }
  }

  /** Appends a payload, through one member after another until one has acknowledged it. */
  private async append(payload: string, id: { session: string; number: number }): Promise<number> {
    while (!this.isAbandoned) {
      const running = this.running()
      const member = running[Math.floor(this.random.next() * running.length)]
      try {
        if (member !== undefined) return await member.ask('append', { payload, id, timeoutMs: 5000 })
      } catch (error) {
        if (!(error instanceof Refused) || !PASSING.has(error.code)) throw error
      }
      // one that has just died is not yet known to have
      await new Promise(resolve => setImmediate(resolve))
    }
    throw new Refused('ABANDONED', 'The test has ended.')
  }
}
