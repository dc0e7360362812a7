import { LIMITS } from '../contracts/limits.js'
import type { LogEntry } from '../rules/entry.js'
import {
  afterForgetting,
  isDated,
  isForgettable,
  isFromTheFuture,
  mayBeForgotten,
  NONE_FORGOTTEN,
} from '../rules/session.js'
import type { Answer } from '../sources/answer.js'
import type { NumberMap } from '../operators/number-map.js'
import { answerMap } from './answers.js'
import { Recency } from './recency.js'
import { decodeSessions, encodeSessions, type SessionRecord } from './session-records.js'

/** What applying an entry means for its session: `expired` where it is forgotten whether it was applied before. */
export type Applied = 'first' | 'duplicate' | 'expired'

interface Window {
  /** Numbers up to here are forgotten. */
  floor: number
  readonly answers: NumberMap<Answer>
  /** The time of the last entry that was applied under it. */
  lastTime: number
  /** How many entries had been applied under any session by then, as this member counts. */
  lastUse: number
}

/** In an order that tables share that have come to the same in different ways. Most numbers follow each other. */
function inOrder({ floor, answers }: Pick<Window, 'floor' | 'answers'>): ReadonlyMap<number, Answer> {
  const inOrder = new Map<number, Answer>()
  for (let number = floor + 1; inOrder.size < answers.size && number <= floor + LIMITS.sessionWindow; number++) {
    const answer = answers.get(number)
    if (answer !== undefined) inOrder.set(number, answer)
  }
  if (inOrder.size === answers.size) return inOrder
  return new Map([...answers].sort(([one], [other]) => one - other))
}

/**
 * Which appends have been answered (section 6.3), as a fold of the log: equal on every member at an equal index. Each
 * session keeps a window of numbers, since many are in flight at once. Sessions that haven't been used for long are
 * forgotten, as the log says: by its own time, and by how many others have been used since. What can't be told from one
 * that was forgotten is never applied.
 */
export class SessionTable {
  /** By name, the least recently used first. Those without a date last until there is no room: without it none is new. */
  private readonly dated = new Recency<Window>()
  private readonly undated = new Recency<Window>()
  private forgotten = NONE_FORGOTTEN
  private answers = 0
  private uses = 0

  /** The answer to an append, if it has been applied; `expired` if that can't be known any more. */
  find(session: string, number: number): Answer | 'expired' | undefined {
    const window = this.listOf(session).get(session)
    if (window === undefined) return mayBeForgotten(this.forgotten, session) ? 'expired' : undefined
    return number <= window.floor ? 'expired' : window.answers.get(number)
  }

  /** Whether a session that was made up here should give way to a new one, before it is forgotten, or because it is. */
  isWornOut(session: string, time: number): boolean {
    const window = this.listOf(session).get(session)
    if (window === undefined) return true
    const uses = this.uses - window.lastUse
    return (
      uses > Math.min(LIMITS.sessions, LIMITS.sessionAnswers) / 2 || time - window.lastTime > LIMITS.sessionIdleMs / 2
    )
  }

  /** How many answers a session keeps as it is used: its share of all, so that many sessions keep less and none is lost. */
  get window(): number {
    const share = Math.floor(LIMITS.sessionAnswers / Math.max(1, this.dated.size + this.undated.size))
    return Math.min(LIMITS.sessionWindow, Math.max(LIMITS.leastSessionWindow, share))
  }

  /** Whether sessions without a date have been forgotten, so that none is known to be new any more. */
  get hasForgottenUndated(): boolean {
    return this.forgotten.undated
  }

  /** Applies an entry, unless it was applied before, or that is forgotten: then it isn't applied. */
  apply({ session, number, index, term, time }: LogEntry): Applied {
    if (session === '') return 'first'
    const window = this.use(session, index, time)
    if (window === undefined || number <= window.floor) return 'expired'
    if (window.answers.has(number)) return 'duplicate'
    window.answers.set(number, { index, term, time })
    this.answers++
    this.raiseFloor(window, number - this.window)
    this.makeRoom(index, time)
    return 'first'
  }

  private listOf(session: string): Recency<Window> {
    return isDated(session) ? this.dated : this.undated
  }

  /** The window of a session, which is the most recently used from now on; undefined for one that may be forgotten. */
  private use(session: string, index: number, time: number): Window | undefined {
    const list = this.listOf(session)
    const known = list.get(session)
    const isUsedAgain = known !== undefined && known.lastUse === this.uses
    const window = known ?? this.begin(session, index, time)
    if (window === undefined) return undefined
    if (!isUsedAgain) list.use(session, window)
    window.lastTime = time
    window.lastUse = ++this.uses
    return window
  }

  private begin(session: string, index: number, time: number): Window | undefined {
    if (isFromTheFuture(session, index, LIMITS.sessionSpanEntries)) return undefined
    if (mayBeForgotten(this.forgotten, session)) return undefined
    return { floor: 0, answers: answerMap(), lastTime: time, lastUse: 0 }
  }

  private raiseFloor(window: Window, floor: number): void {
    if (floor <= window.floor) return
    const before = window.answers.size
    if (floor - window.floor > before) {
      for (const number of window.answers.keys()) if (number <= floor) window.answers.delete(number)
    } else {
      for (let number = window.floor + 1; number <= floor; number++) window.answers.delete(number)
    }
    this.answers -= before - window.answers.size
    window.floor = floor
  }

  /** Forgets what hasn't been used for the longest, while there is too much. */
  private makeRoom(index: number, time: number): void {
    for (let next = this.dated.oldest; next !== undefined; next = this.dated.oldest) {
      const [session, window] = next
      if (window.lastUse === this.uses || !this.mayGo(session, window, index, time)) break
      this.forget(this.dated, session, window)
    }
    while (this.undated.size > LIMITS.undatedSessions || this.isFull) {
      const [session, window] = this.undated.oldest ?? []
      if (session === undefined || window === undefined || window.lastUse === this.uses) break
      this.forget(this.undated, session, window)
    }
  }

  /** Whether answers take too much room: sessions that aren't used keep what they had when there were fewer. */
  private get isFull(): boolean {
    return this.answers > 2 * LIMITS.sessionAnswers
  }

  private mayGo(session: string, { lastTime }: Window, index: number, time: number): boolean {
    const isWanted = this.dated.size > LIMITS.sessions || this.isFull || time - lastTime > LIMITS.sessionIdleMs
    return isWanted && isForgettable(session, index, LIMITS.sessionSpanEntries)
  }

  private forget(list: Recency<Window>, session: string, { answers }: Window): void {
    list.delete(session)
    this.answers -= answers.size
    this.forgotten = afterForgetting(this.forgotten, session)
  }

  /** The table as bytes: the same for equal tables. */
  encode(): Uint8Array {
    const sessions = [...this.undated, ...this.dated].map(([session, window]) => {
      const { floor, lastTime } = window
      return { session, floor, lastTime, answers: inOrder(window) }
    })
    return encodeSessions({ forgotten: this.forgotten, sessions })
  }

  /** @throws {@link KayakError} `KAYAK_CORRUPT` for what {@link encode} doesn't make. */
  static decode(bytes: Uint8Array): SessionTable {
    const table = new SessionTable()
    if (bytes.byteLength === 0) return table
    const { forgotten, sessions } = decodeSessions(bytes)
    table.forgotten = forgotten
    for (const record of sessions) table.restore(record)
    return table
  }

  private restore({ session, floor, lastTime, answers }: SessionRecord): void {
    const known = answerMap()
    for (const [number, answer] of answers) known.set(number, answer)
    this.answers += known.size
    this.listOf(session).use(session, { floor, answers: known, lastTime, lastUse: ++this.uses })
  }
}
