import { KayakError } from '../contracts/errors.js'
import type { Forgotten } from '../rules/session.js'

/** A session as it stands in a snapshot; its answers are number, index, term and time, one after the other. */
export type SessionRecord = readonly [session: string, floor: number, lastTime: number, answers: readonly number[]]

/** All that a table of sessions holds; the least recently used first. */
export interface SessionRecords {
  readonly forgotten: Forgotten
  readonly sessions: readonly SessionRecord[]
}

const VERSION = 1

export const encodeSessions = ({ forgotten: { upTo, undated }, sessions }: SessionRecords): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: VERSION, forgotten: { upTo, undated }, sessions }))

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

function isSessionRecord(value: unknown): value is SessionRecord {
  if (!Array.isArray(value) || value.length !== 4) return false
  // an array of whatever JSON has
  const [session, floor, lastTime, answers] = value as unknown[]
  if (typeof session !== 'string' || !/^[0-9a-f]{20}$/.test(session)) return false
  if (!isCount(floor) || !isCount(lastTime) || !Array.isArray(answers)) return false
  return answers.length % 4 === 0 && answers.every(isCount)
}

function isForgotten(value: unknown): value is Forgotten {
  if (typeof value !== 'object' || value === null || !('upTo' in value) || !('undated' in value)) return false
  return (value.upTo === -1 || isCount(value.upTo)) && typeof value.undated === 'boolean'
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new KayakError('KAYAK_CORRUPT', 'The sessions of a snapshot are no JSON.', { cause })
  }
}

/** @throws {@link KayakError} `KAYAK_VERSION` for those of a later version, `KAYAK_CORRUPT` for what is none. */
export function decodeSessions(bytes: Uint8Array): SessionRecords {
  const plain = parse(bytes)
  if (typeof plain === 'object' && plain !== null && 'version' in plain) {
    const { version } = plain
    if (typeof version === 'number' && version > VERSION)
      throw new KayakError('KAYAK_VERSION', `The sessions of a snapshot have version ${version}.`)
    if (version === VERSION && 'forgotten' in plain && 'sessions' in plain) {
      const { forgotten, sessions } = plain
      if (isForgotten(forgotten) && Array.isArray(sessions) && sessions.every(isSessionRecord))
        return { forgotten, sessions }
    }
  }
  throw new KayakError('KAYAK_CORRUPT', 'The sessions of a snapshot are malformed.')
}
