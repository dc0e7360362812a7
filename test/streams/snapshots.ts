import { crc32 } from '../../streams/contracts/checksum'
import { InstallSnapshot, message, NOTHING } from '../../streams/contracts/messages'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { SessionTable } from '../../streams/replica/sessions'
import { EMPTY_ROSTER, type Roster } from '../../streams/rules/roster'
import type { Received } from '../../streams/sources/inbound'
import { logEntry } from './entries'
import { sender } from './place'

export const SESSION = '0123456789abcdef0123'

export const rosterOf = (names: string, index = 0): Roster => ({
  ...EMPTY_ROSTER,
  index,
  voters: names.split('').map(name => ({ ...sender(name), incarnation: 1 })),
})

/** The bytes of sessions in which append 1 was answered at index 1. */
export function sessionBytes(): Uint8Array {
  const table = new SessionTable()
  table.apply(logEntry(1, 1, { session: SESSION, number: 1 }))
  return table.encode()
}

/** A snapshot as a leader sends it. */
export class Shipment {
  readonly stream: Uint8Array
  private readonly sessions: number

  constructor(
    readonly index: number,
    readonly term = 1,
    payload: readonly number[] = [7, 7, 7],
    sessions: Uint8Array = sessionBytes(),
  ) {
    this.stream = new Uint8Array([...sessions, ...payload])
    this.sessions = sessions.byteLength
  }

  /** A chunk from one byte to before another, from a leader; what it says of the whole may be wrong. */
  chunk(from: number, to = Infinity, leader = 'b', wrong: Partial<InstallSnapshot> = {}): Received<InstallSnapshot> {
    const { index, stream, sessions } = this
    const roster = rosterOf('abc', 1)
    const whole = { time: 500, roster: encodeRoster(roster), sessionBytes: sessions, bytes: stream.byteLength }
    const sent = message(InstallSnapshot, {
      ...{ term: 9, incarnation: 1, index, snapshotTerm: this.term, ...whole, checksum: crc32(stream) },
      ...{ offset: from, data: stream.slice(from, to) },
      ...wrong,
    })
    return { ...NOTHING, message: sent, roster, from: sender(leader) }
  }
}
