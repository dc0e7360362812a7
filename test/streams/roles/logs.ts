import { MemoryDisk } from '../../../plugins/storage-memory'
import { crc32 } from '../../../streams/contracts/checksum'
import { encodeRoster } from '../../../streams/contracts/roster-codec'
import { SessionTable } from '../../../streams/replica/sessions'
import type { LogEntry } from '../../../streams/rules/entry'
import { EMPTY_ROSTER, type Roster, type RosterMember } from '../../../streams/rules/roster'

/** Election timeout and heartbeat of the member on the bench. */
export const T = 100
export const HEARTBEAT = 10

export const idOf = (name: string): string => name.repeat(32)
export const addressOf = (name: string): string => `${name}:1`

const memberOf = (name: string): RosterMember => ({ id: idOf(name), address: addressOf(name), incarnation: 1 })

/** A roster by names; readers are learners that stay so. */
export const rosterOf = (voters: string, learners = '', readers = '', leaseMs = 0): Roster => ({
  ...EMPTY_ROSTER,
  voters: voters.split('').map(memberOf),
  learners: [
    ...learners.split('').map(memberOf),
    ...readers.split('').map(name => ({ ...memberOf(name), staysLearner: true })),
  ],
  settings: { electionTimeoutMs: T, leaseMs, clockBoundMs: 0 },
})

/** A log by the terms of its entries, the first of which holds the roster. */
export const logOf = (terms: readonly number[], roster: Roster): LogEntry[] =>
  terms.map((term, at): LogEntry => {
    const rest = { index: at + 1, term, time: 0, session: '', number: 0 }
    return at === 0
      ? { ...rest, kind: 'roster', payload: encodeRoster({ ...roster, index: 1 }) }
      : { ...rest, kind: 'noop', payload: new Uint8Array() }
  })

/** The first byte of a snapshot that has two, as a leader of a term sends it. */
export const chunkOf = ({ term, index, incarnation = 1 }: { term: number; index: number; incarnation?: number }) => ({
  ...{ type: 'install-snapshot', term, incarnation, index, snapshotTerm: 1, time: 0, sessionBytes: 0 },
  ...{ roster: encodeRoster({ ...rosterOf('abc'), index: 1 }), bytes: 2, checksum: 0, offset: 0 },
  data: new Uint8Array(1),
})

/** A disk whose first entries are gone into a snapshot of so many bytes; `last` entries in all, of term 1. */
export function compactedDisk(snapshotIndex: number, last: number, bytes: number): MemoryDisk {
  const disk = new MemoryDisk()
  const roster = { ...rosterOf('abc'), index: 1 }
  disk.log.append(logOf(Array<number>(last).fill(1), roster))
  disk.log.compact({ index: snapshotIndex, term: 1 })
  disk.termAndVote = { term: 1, vote: undefined }
  const sessions = new SessionTable().encode()
  const stream = Uint8Array.from({ length: bytes }, (_, at) => sessions[at] ?? at % 256)
  const size = { sessionBytes: sessions.byteLength, bytes, checksum: crc32(stream) }
  disk.snapshots.push({ meta: { index: snapshotIndex, term: 1, time: 5, roster, ...size }, bytes: stream })
  return disk
}
