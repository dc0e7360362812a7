import { KayakError } from '../contracts/errors.js'
import { readSession, SESSION_BYTES, writeSession } from '../contracts/session-bytes.js'
import type { Forgotten } from '../rules/session.js'
import type { Answer } from '../sources/answer.js'

/** A session as it stands in a snapshot. */
export interface SessionRecord {
  readonly session: string
  readonly floor: number
  readonly lastTime: number
  /** By the numbers that they are to. */
  readonly answers: ReadonlyMap<number, Answer>
}

/** All that a table of sessions holds; the least recently used first. */
export interface SessionRecords {
  readonly forgotten: Forgotten
  readonly sessions: readonly SessionRecord[]
}

/*
 * The table in a snapshot, version 1, big-endian. It is made in one go while the member does nothing else, so it is
 * what takes the least time to make:
 *
 *   table:    version u8 | undated forgotten u8 | 2 zero bytes | sessions u32 | dates forgotten up to f64 | sessions
 *   session:  name 10 bytes | 2 zero bytes | answers u32 | floor f64 | last time f64 | answers
 *   answer:   number f64 | index f64 | term f64 | time f64
 */
const VERSION = 1
const HEADER_BYTES = 16
const SESSION_HEADER_BYTES = 32
const ANSWER_BYTES = 32

function writeAnswers(view: DataView, from: number, answers: ReadonlyMap<number, Answer>): number {
  let at = from
  for (const [number, { index, term, time }] of answers) {
    view.setFloat64(at, number)
    view.setFloat64(at + 8, index)
    view.setFloat64(at + 16, term)
    view.setFloat64(at + 24, time)
    at += ANSWER_BYTES
  }
  return at
}

export function encodeSessions({ forgotten, sessions }: SessionRecords): Uint8Array {
  const size = sessions.reduce(
    (sum, { answers }) => sum + SESSION_HEADER_BYTES + ANSWER_BYTES * answers.size,
    HEADER_BYTES,
  )
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setUint8(1, forgotten.undated ? 1 : 0)
  view.setUint32(4, sessions.length)
  view.setFloat64(8, forgotten.upTo)
  let at = HEADER_BYTES
  for (const { session, floor, lastTime, answers } of sessions) {
    writeSession(view, at, session)
    view.setUint32(at + SESSION_BYTES + 2, answers.size)
    view.setFloat64(at + 16, floor)
    view.setFloat64(at + 24, lastTime)
    at = writeAnswers(view, at + SESSION_HEADER_BYTES, answers)
  }
  return bytes
}

const malformed = (): KayakError => new KayakError('KAYAK_CORRUPT', 'The sessions of a snapshot are malformed.')

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)

function decodeForgotten(view: DataView): Forgotten {
  const [undated, upTo] = [view.getUint8(1), view.getFloat64(8)]
  if (undated > 1 || (upTo !== -1 && !isCount(upTo)) || view.getUint16(2) !== 0) throw malformed()
  return { upTo, undated: undated === 1 }
}

function readAnswers(view: DataView, from: number, count: number): ReadonlyMap<number, Answer> {
  const answers = new Map<number, Answer>()
  for (let at = from; at < from + ANSWER_BYTES * count; at += ANSWER_BYTES) {
    const number = view.getFloat64(at)
    const answer = { index: view.getFloat64(at + 8), term: view.getFloat64(at + 16), time: view.getFloat64(at + 24) }
    if (!isCount(number) || !isCount(answer.index) || !isCount(answer.term) || !isCount(answer.time)) throw malformed()
    answers.set(number, answer)
  }
  if (answers.size !== count) throw malformed()
  return answers
}

function decodeSession(bytes: Uint8Array, view: DataView, at: number): SessionRecord {
  if (at + SESSION_HEADER_BYTES > bytes.byteLength) throw malformed()
  const count = view.getUint32(at + SESSION_BYTES + 2)
  const from = at + SESSION_HEADER_BYTES
  const [session, floor, lastTime] = [readSession(bytes, view, at), view.getFloat64(at + 16), view.getFloat64(at + 24)]
  const isWhole = from + ANSWER_BYTES * count <= bytes.byteLength && view.getUint16(at + SESSION_BYTES) === 0
  if (!isWhole || session === '' || !isCount(floor) || !isCount(lastTime)) throw malformed()
  return { session, floor, lastTime, answers: readAnswers(view, from, count) }
}

/** @throws {@link KayakError} `KAYAK_VERSION` for those of a later version, `KAYAK_CORRUPT` for what is none. */
export function decodeSessions(bytes: Uint8Array): SessionRecords {
  if (bytes.byteLength < HEADER_BYTES) throw malformed()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint8(0)
  if (version > VERSION) throw new KayakError('KAYAK_VERSION', `The sessions of a snapshot have version ${version}.`)
  if (version !== VERSION) throw malformed()
  const forgotten = decodeForgotten(view)
  const sessions: SessionRecord[] = []
  let at = HEADER_BYTES
  for (let left = view.getUint32(4); left > 0; left--) {
    const record = decodeSession(bytes, view, at)
    sessions.push(record)
    at += SESSION_HEADER_BYTES + ANSWER_BYTES * record.answers.size
  }
  if (at !== bytes.byteLength) throw malformed()
  return { forgotten, sessions }
}
