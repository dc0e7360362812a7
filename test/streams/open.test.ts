import { crc32 } from '../../streams/contracts/checksum'
import { MemoryDisk, type Torn } from '../../plugins/storage-memory'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { SessionTable } from '../../streams/replica/sessions'
import type { LogEntry, Position } from '../../streams/rules/entry'
import { EMPTY_ROSTER, type Roster } from '../../streams/rules/roster'
import { logEntries, logEntry } from './entries'
import { codeThrownBy } from './thrown'
import { Place, sender } from './place'

const SESSION = '0123456789abcdef0123'
const rosterOf = (names: string, index = 0): Roster => ({
  ...EMPTY_ROSTER,
  index,
  voters: names.split('').map(name => ({ ...sender(name), incarnation: 1 })),
})
const rosterEntry = (index: number, term: number, names: string): LogEntry =>
  logEntry(index, term, { kind: 'roster', payload: encodeRoster(rosterOf(names)) })

interface Stored {
  readonly base?: Position
  readonly entries?: readonly LogEntry[]
  readonly snapshot?: Position
}

/** A disk with a log, and a snapshot whose sessions have one answer. */
function diskOf({ base, entries = [], snapshot }: Stored): MemoryDisk {
  const disk = new MemoryDisk()
  disk.log.append(entries)
  if (base !== undefined) disk.log.compact(base)
  if (snapshot === undefined) return disk
  const table = new SessionTable()
  table.apply(logEntry(1, 1, { session: SESSION, number: 1 }))
  const sessions = table.encode()
  const bytes = new Uint8Array([...sessions, 7, 7, 7])
  const meta = {
    ...{ ...snapshot, time: 500, roster: rosterOf('ab', 1), sessionBytes: sessions.byteLength },
    ...{ bytes: bytes.byteLength, checksum: crc32(bytes) },
  }
  disk.snapshots.push({ meta, bytes })
  return disk
}

/** The disk of a member that has gone. */
function released({ disk, parts }: Place, torn: Torn = 'lost'): MemoryDisk {
  parts.inbox.close()
  disk.crash(torn)
  return disk
}

const open = (stored: Stored): Place => new Place({ disk: diskOf(stored) })

describe('a member that opens', () => {
  it('finds nothing on a new disk', () => {
    const { recovered, replica } = open({})
    expect(recovered.opened.identity).toBeUndefined()
    expect(replica.standing).toMatchObject({ role: 'follower', term: 0, vote: undefined })
    expect([replica.commit, replica.applied, replica.parts.log.last]).toEqual([0, 0, { index: 0, term: 0 }])
  })

  it('finds who it is, its term and vote, its rosters and its log, and counts nothing as committed yet', () => {
    const disk = diskOf({ entries: [rosterEntry(1, 1, 'ab'), logEntry(2, 1), rosterEntry(3, 2, 'abc')] })
    disk.termAndVote = { term: 4, vote: 'b' }
    const address = { address: 'a:1', advertise: 'a:1' }
    disk.identity = { memberId: 'a'.repeat(32), clusterId: 'c'.repeat(32), ...address, standing: 'member' }
    const { recovered, replica, parts } = new Place({ disk })
    expect(recovered.opened.identity).toEqual(disk.identity)
    expect(replica.standing).toMatchObject({ role: 'follower', term: 4, vote: 'b', leader: undefined })
    expect(replica.rosters.map(({ index, voters }) => [index, voters.length])).toEqual([[1, 2], [3, 3]]) // prettier-ignore
    expect([replica.commit, parts.disk.durable, parts.log.last]).toEqual([0, 3, { index: 3, term: 2 }])
    expect([parts.log.lastTime, [1, 2, 3].map(index => parts.log.termAt(index))]).toEqual([3, [1, 1, 2]])
  })

  it('finds after a torn write what was whole of it, and appends behind that', () => {
    const before = new Place({ entries: logEntries(1, [1]), diskMs: 10 })
    before.turn(() => before.parts.log.append(logEntries(2, [1, 1, 1, 1])))
    const after = new Place({ disk: released(before, { part: 0.5 }) })
    expect([after.parts.log.last.index, after.parts.disk.durable]).toEqual([3, 3])
    after.turn(() => after.parts.log.append(logEntries(4, [2]))).pass(100)
    expect(after.errors).toEqual([])
    expect(after.disk.log.entries.map(({ index, term }) => [index, term])).toEqual([[1, 1], [2, 1], [3, 1], [4, 2]]) // prettier-ignore
  })

  it('goes on from its snapshot: commit, rosters, sessions and time', () => {
    const entries = [rosterEntry(1, 1, 'ab'), ...logEntries(2, [1, 1, 1]), rosterEntry(5, 2, 'abc')]
    const { replica, parts, opening } = open({ entries, base: { index: 2, term: 1 }, snapshot: { index: 4, term: 1 } })
    expect([replica.commit, replica.applied]).toEqual([4, 4])
    expect(replica.rosters.map(({ index }) => index)).toEqual([1, 5])
    expect(replica.sessions.find(SESSION, 1)).toMatchObject({ index: 1 })
    expect([parts.log.shape.base.index, parts.log.last.index, parts.log.lastTime]).toEqual([2, 5, 500])
    expect(opening.filter(line => !line.includes('read'))).toEqual([])
  })

  it.each([
    ['ends before it', { entries: logEntries(1, [1, 1]), snapshot: { index: 7, term: 2 } }],
    ['has another term at its index', { entries: logEntries(1, [1, 1, 1, 1]), snapshot: { index: 3, term: 2 } }],
    ['is empty', { snapshot: { index: 7, term: 2 } }],
  ])('drops a log beside its snapshot that %s, durably and before anything else', (_, stored) => {
    const place = open(stored)
    const { snapshot } = stored
    expect(place.disk.durable()).toMatchObject({ base: snapshot, last: snapshot, entries: [] })
    expect([place.parts.log.last, place.parts.disk.durable]).toMatchObject([snapshot, snapshot.index])
    place.turn(() => place.parts.log.append(logEntries(snapshot.index + 1, [3])))
    expect(place.errors).toEqual([])
    const again = new Place({ disk: released(place) })
    expect(again.parts.log.last).toEqual({ index: snapshot.index + 1, term: 3 })
  })

  it('takes the rosters of a log that it drops for nothing', () => {
    const entries = [rosterEntry(1, 1, 'ab'), ...logEntries(2, [1, 1]), rosterEntry(4, 1, 'abc')]
    const { replica } = open({ entries, snapshot: { index: 3, term: 2 } })
    expect(replica.rosters.map(({ index, voters }) => [index, voters.length])).toEqual([[1, 2]])
  })

  it('refuses a log that has lost its beginning, without a snapshot of that or with an older one', () => {
    const entries = logEntries(1, [1, 1, 1, 1])
    const base = { index: 3, term: 1 }
    expect(codeThrownBy(() => open({ entries, base }))).toBe('KAYAK_CORRUPT')
    expect(codeThrownBy(() => open({ entries, base, snapshot: { index: 2, term: 1 } }))).toBe('KAYAK_CORRUPT')
    expect(codeThrownBy(() => open({ entries, base, snapshot: base }))).toBeUndefined()
  })

  it('refuses sessions that are damaged', () => {
    const disk = diskOf({ snapshot: { index: 3, term: 1 } })
    disk.snapshots[0]?.bytes.fill(0, 0, 1)
    expect(codeThrownBy(() => new Place({ disk }))).toBe('KAYAK_CORRUPT')
  })

  it('fails as its disk does', () => {
    const disk = diskOf({ entries: logEntries(1, [1]) })
    disk.reads = 'fail'
    expect(codeThrownBy(() => new Place({ disk }))).toBe('KAYAK_STORAGE_FAILED')
  })
})
