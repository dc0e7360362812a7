import { LIMITS } from '../contracts/limits.js'
import { KayakError } from '../contracts/errors.js'
import type { LogEntry } from '../rules/entry.js'
import type { Answer } from '../sources/answer.js'

/** What applying an entry means for its session. */
export type Applied =
  | { readonly is: 'first'; readonly answer: Answer }
  | { readonly is: 'duplicate'; readonly answer: Answer }
  /** Its number is so far behind that the answer is forgotten: it isn't applied. */
  | { readonly is: 'expired' }

interface Window {
  /** Numbers up to here are forgotten. */
  floor: number
  readonly answers: Map<number, Answer>
}

/**
 * Which appends have been answered (section 6.3), as a fold of the log: equal on every member at an equal index. Each
 * session keeps a window of numbers, since many are in flight at once.
 */
export class SessionTable {
  private readonly windows = new Map<string, Window>()

  /** The answer to an append, if it has been applied; `expired` if that can't be known any more. */
  find(session: string, number: number): Answer | 'expired' | undefined {
    const window = this.windows.get(session)
    if (window === undefined) return undefined
    return number <= window.floor ? 'expired' : window.answers.get(number)
  }

  apply({ session, number, index, term, time }: LogEntry): Applied {
    const answer = { index, term, time }
    if (session === '') return { is: 'first', answer }
    const window = this.windowOf(session)
    if (number <= window.floor) return { is: 'expired' }
    const earlier = window.answers.get(number)
    if (earlier !== undefined) return { is: 'duplicate', answer: earlier }
    window.answers.set(number, answer)
    this.raiseFloor(window, number - LIMITS.sessionWindow)
    return { is: 'first', answer }
  }

  private windowOf(session: string): Window {
    const known = this.windows.get(session)
    if (known !== undefined) return known
    const window: Window = { floor: 0, answers: new Map() }
    this.windows.set(session, window)
    return window
  }

  private raiseFloor(window: Window, floor: number): void {
    if (floor <= window.floor) return
    if (floor - window.floor > window.answers.size) {
      for (const number of window.answers.keys()) if (number <= floor) window.answers.delete(number)
    } else {
      for (let number = window.floor + 1; number <= floor; number++) window.answers.delete(number)
    }
    window.floor = floor
  }

  /** The table as bytes, version 1: the same for equal tables. */
  encode(): Uint8Array {
    const sessions = [...this.windows].map(([session, { floor, answers }]) => [
      session,
      floor,
      [...answers].flatMap(([number, { index, term, time }]) => [number, index, term, time]),
    ])
    return new TextEncoder().encode(JSON.stringify({ version: 1, sessions }))
  }

  /** @throws {@link KayakError} `KAYAK_VERSION` for those of a later version, `KAYAK_CORRUPT` for what is none. */
  static decode(bytes: Uint8Array): SessionTable {
    const table = new SessionTable()
    if (bytes.byteLength === 0) return table
    for (const [session, floor, numbers] of parseSessions(bytes)) {
      const answers = new Map<number, Answer>()
      for (let at = 0; at + 3 < numbers.length; at += 4) {
        const [number = 0, index = 0, term = 0, time = 0] = numbers.slice(at, at + 4)
        answers.set(number, { index, term, time })
      }
      table.windows.set(session, { floor, answers })
    }
    return table
  }
}

type SessionRecord = readonly [session: string, floor: number, answers: readonly number[]]

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function isSessionRecord(value: unknown): value is SessionRecord {
  if (!Array.isArray(value) || value.length !== 3) return false
  // an array of whatever JSON has
  const [session, floor, answers] = value as unknown[]
  if (typeof session !== 'string' || !isCount(floor) || !Array.isArray(answers)) return false
  return answers.length % 4 === 0 && answers.every(isCount)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new KayakError('KAYAK_CORRUPT', 'The sessions of a snapshot are no JSON.', { cause })
  }
}

function parseSessions(bytes: Uint8Array): readonly SessionRecord[] {
  const plain = parseJson(bytes)
  if (typeof plain === 'object' && plain !== null && 'sessions' in plain && 'version' in plain) {
    const { version, sessions } = plain
    if (typeof version === 'number' && version > 1)
      throw new KayakError('KAYAK_VERSION', `The sessions of a snapshot have version ${version}.`)
    if (version === 1 && Array.isArray(sessions) && sessions.every(isSessionRecord)) return sessions
  }
  throw new KayakError('KAYAK_CORRUPT', 'The sessions of a snapshot are malformed.')
}
