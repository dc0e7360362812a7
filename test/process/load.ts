import { seededRandom } from '../../lib/testing/seeded-random'
import { Refused, type MemberProcess, type Questions } from './process'

/** Why an append that was not answered is tried again through another member, with the same id. */
const PASSING = new Set(['GONE', 'KAYAK_TIMEOUT', 'KAYAK_STOPPED', 'KAYAK_OVERLOADED'])

/** Writers that append one payload after another, each through whatever member runs, until they are stopped. */
export class Load {
  /** Index at which each payload was acknowledged. */
  readonly acknowledged = new Map<string, number>()
  private readonly writers: readonly Promise<void>[]
  private readonly progress = new Set<() => void>()
  /** What each member has been asked and hasn't answered. */
  private readonly asked = new Map<MemberProcess, Set<Promise<unknown>>>()
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
    const ended = Promise.all(this.writers).then(() => {
      throw new Error('The writers have ended.')
    })
    while (this.acknowledged.size < enough)
      await Promise.race([new Promise<void>(resolve => this.progress.add(resolve)), ended])
  }

  /** Resolves once nobody waits for a member that doesn't run any more: one that stands still wouldn't answer. */
  async left(member: MemberProcess): Promise<void> {
    await Promise.allSettled([...(this.asked.get(member) ?? [])])
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
        if (member !== undefined) return await this.askOf(member, { payload, id, timeoutMs: 5000 })
      } catch (error) {
        if (!(error instanceof Refused) || !PASSING.has(error.code)) throw error
      }
      // one that has just died is not yet known to have
      await new Promise(resolve => setImmediate(resolve))
    }
    throw new Refused('ABANDONED', 'The test has ended.')
  }

  private async askOf(member: MemberProcess, what: Questions['append'][0]): Promise<number> {
    const asked = this.asked.get(member) ?? new Set()
    this.asked.set(member, asked)
    const answer = member.ask('append', what)
    asked.add(answer)
    try {
      return await answer
    } finally {
      asked.delete(answer)
    }
  }
}
