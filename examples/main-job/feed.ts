import { setTimeout as after } from 'node:timers/promises'
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs'
import type { Payload } from 'kayak'
import { Refusal, type Crew } from './crew.js'

/**
 * So many lines may be under way at once, counted from the oldest that has no answer. It bounds memory, and it keeps the
 * numbers in flight within the window of answers that a session remembers (4096). A short text has fewer in flight, so
 * that something is left to send when the leader is killed.
 */
const windowFor = (lines: number): number => Math.min(256, Math.ceil(lines / 8))
const MAX_TRIES = 20
const PAUSE_MS = 100

/** What says nothing about the line: it may be tried again, under its number, through any member. */
const PASSING = new Set(['GONE', 'KAYAK_TIMEOUT', 'KAYAK_STOPPED', 'KAYAK_REMOVED', 'KAYAK_OVERLOADED'])

/** Appends lines through all members in turn, many at a time, each under its number, until each is acknowledged. */
export class Feed {
  /** At which index each line was acknowledged, by its place in the input. */
  readonly indexes: number[] = []
  /** Lines that were tried again because their member was gone. */
  retried = 0
  private readonly acknowledged = new BehaviorSubject(0)
  /** How many are acknowledged; errors when one is refused for good. */
  readonly acknowledged$ = this.acknowledged.asObservable()
  private readonly window: number
  private sent = 0
  private limit = 0
  private oldest = 0

  constructor(
    readonly lines: readonly Payload[],
    private readonly crew: Crew,
  ) {
    this.window = windowFor(lines.length)
  }

  get inFlight(): number {
    return this.sent - this.acknowledged.value
  }

  /** The highest index that was acknowledged. */
  get head(): number {
    return this.indexes.reduce((highest, index) => Math.max(highest, index), 0)
  }

  /** How many lines a share of the input is. */
  share(of: number): number {
    return Math.ceil(this.lines.length * of)
  }

  /** Lets lines through up to a share of the input. */
  open(upTo: number): void {
    this.limit = Math.max(this.limit, this.share(upTo))
    this.pump()
  }

  /** Resolves once a share of the input is acknowledged. */
  async reached(share: number): Promise<void> {
    await firstValueFrom(this.acknowledged.pipe(filter(count => count >= this.share(share))))
  }

  private pump(): void {
    while (this.sent < this.limit && this.sent < this.oldest + this.window) void this.carry(this.sent++)
  }

  private async carry(at: number): Promise<void> {
    try {
      this.indexes[at] = await this.append(at)
    } catch (error) {
      this.acknowledged.error(error)
      return
    }
    while (this.indexes[this.oldest] !== undefined) this.oldest++
    this.acknowledged.next(this.acknowledged.value + 1)
    this.pump()
  }

  private async append(at: number): Promise<number> {
    const payload = this.lines[at] ?? ''
    for (let tries = 1; ; tries++) {
      try {
        return await this.crew.next().ask('append', { number: at + 1, payload })
      } catch (error) {
        if (!(error instanceof Refusal) || !PASSING.has(error.code) || tries === MAX_TRIES) throw error
        if (error.code === 'GONE') this.retried++
        else await after(PAUSE_MS)
      }
    }
  }
}
