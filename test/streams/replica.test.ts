import { encodeRoster } from '../../streams/contracts/roster-codec'
import { message, TimeoutNow } from '../../streams/contracts/messages'
import type { LogEntry } from '../../streams/rules/entry'
import { SessionTable } from '../../streams/replica/sessions'
import type { Roster } from '../../streams/rules/roster'
import { logEntries, logEntry } from './entries'
import { rosterOf } from './snapshots'
import { codeThrownBy } from './thrown'
import { memberId, Place, sender } from './place'

const rosterEntry = (index: number, names: string): LogEntry =>
  logEntry(index, 1, { kind: 'roster', payload: encodeRoster(rosterOf(names)) })
const voters = ({ voters: list }: Roster): string => list.map(({ id }) => id.slice(0, 1)).join('')

describe('the standing of a member', () => {
  it('puts a new term or vote on the disk, and nothing else', () => {
    const place = new Place({ diskMs: 1 })
    const { replica } = place
    place.turn(() => replica.stand({ term: 3 })).pass(1)
    place.turn(() => replica.stand({ vote: memberId('b') })).pass(1)
    place.turn(() => replica.stand({ role: 'candidate', leader: sender('b'), heardAt: 5 })).pass(1)
    place.turn(() => replica.stand({ term: 3 })).pass(1)
    expect(place.journal).toEqual(['0 vote 3 -', `1 vote 3 ${memberId('b')}`])
    expect(replica.standing).toMatchObject({ role: 'candidate', term: 3, vote: memberId('b'), heardAt: 5 })
  })

  it('has no vote in a new term but one that is cast with it', () => {
    const { replica } = new Place()
    replica.stand({ term: 3, vote: memberId('b') })
    replica.stand({ term: 4 })
    expect(replica.standing.vote).toBeUndefined()
    replica.stand({ term: 5, vote: memberId('a') })
    expect(replica.standing.vote).toBe(memberId('a'))
  })

  it('never falls to a lower term', () => {
    const { replica } = new Place()
    replica.stand({ term: 3 })
    expect(codeThrownBy(() => replica.stand({ term: 2 }))).toBe('KAYAK_INTERNAL')
    expect(replica.standing.term).toBe(3)
  })

  it('goes up to the largest safe integer', () => {
    const place = new Place()
    place.turn(() => place.replica.stand({ term: Number.MAX_SAFE_INTEGER }))
    expect(place.disk.termAndVote.term).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('the roster of a member', () => {
  it('takes effect when it is appended, and counts as committed when it has (section 4.1)', () => {
    const { replica } = new Place({ entries: [rosterEntry(1, 'ab')] })
    replica.commitTo(1)
    replica.append([logEntry(2, 1), rosterEntry(3, 'abc')])
    expect([voters(replica.roster), replica.roster.index]).toEqual(['abc', 3])
    expect([voters(replica.committedRoster), replica.isMemberOfCommitted(memberId('c'))]).toEqual(['ab', false])
    replica.commitTo(3)
    expect([voters(replica.committedRoster), replica.isMemberOfCommitted(memberId('c'))]).toEqual(['abc', true])
  })

  it('is rolled back when it is truncated, more than one step if need be', () => {
    const { replica } = new Place({ entries: [rosterEntry(1, 'ab')] })
    replica.append([rosterEntry(2, 'abc'), logEntry(3, 1), rosterEntry(4, 'abcd')])
    replica.truncate(3)
    expect(voters(replica.roster)).toBe('abc')
    replica.append([rosterEntry(3, 'bc')])
    expect([voters(replica.roster), replica.isVoter]).toEqual(['bc', false])
    replica.truncate(2)
    expect([voters(replica.roster), replica.isVoter]).toEqual(['ab', true])
  })

  it.each([
    ['goes with the entries that an installed snapshot contradicts', 2, 'ab'],
    ['stays with the entries that an installed snapshot agrees with', 1, 'abc'],
  ])('%s', (_, term, names) => {
    const { replica } = new Place({ entries: [rosterEntry(1, 'ab')] })
    replica.append([logEntry(2, 1), rosterEntry(3, 'abc')])
    const meta = { index: 2, term, time: 0, roster: rosterOf('ab', 1), sessionBytes: 0, bytes: 0, checksum: 0 }
    replica.install(meta, new SessionTable())
    expect([replica.parts.log.last.index, voters(replica.roster)]).toEqual([term === 2 ? 2 : 3, names])
  })

  it('lets a member stand that it has no more, until that has committed: perhaps nobody else has the entry', () => {
    const { replica } = new Place({ entries: [rosterEntry(1, 'ab')] })
    replica.commitTo(1)
    replica.append([rosterEntry(2, 'b')])
    expect([replica.isVoter, replica.mayStand]).toEqual([false, true])
    replica.commitTo(2)
    expect([replica.isVoter, replica.mayStand]).toEqual([false, false])
  })

  it('is found again when the member is opened', () => {
    const before = new Place()
    before.turn(() => before.replica.append([rosterEntry(1, 'ab'), logEntry(2, 1), rosterEntry(3, 'abc')]))
    before.parts.inbox.close()
    before.disk.crash()
    const after = new Place({ disk: before.disk })
    expect([voters(after.replica.roster), after.replica.rosters.map(({ index }) => index)]).toEqual(['abc', [1, 3]])
  })
})

describe('the log of a member', () => {
  it('is never cut at or below what has committed', () => {
    const { replica } = new Place({ entries: logEntries(1, [1, 1, 1]) })
    replica.commitTo(2)
    for (const from of [1, 2]) expect(codeThrownBy(() => replica.truncate(from))).toBe('KAYAK_INTERNAL')
    expect(replica.parts.log.last.index).toBe(3)
    replica.truncate(3)
    expect(replica.parts.log.last.index).toBe(2)
  })

  it('has a commit index that never goes back', () => {
    const { replica } = new Place({ entries: logEntries(1, [1, 1, 1]) })
    for (const index of [1, 2, 1, 0]) replica.commitTo(index)
    expect(replica.commit).toBe(2)
  })
})

describe('what a member tells itself', () => {
  it('comes by way of the inbox, not of the wire', () => {
    const place = new Place()
    const { replica } = place
    const seen: unknown[] = []
    replica.messages.all$.subscribe(({ from, message: { type } }) => seen.push([from, type]))
    place.turn(() => {
      replica.send(sender('a'), message(TimeoutNow, { term: 1 }))
      expect(seen).toEqual([])
    })
    expect([seen, place.sent]).toEqual([[[sender('a'), 'timeout-now']], []])
  })

  it('hears a leader while it leads, and for the least timeout after it has heard one', () => {
    const place = new Place()
    const { replica, clock } = place
    expect(replica.hearsLeader).toBe(false)
    replica.stand({ leader: sender('b'), heardAt: clock.now() })
    place.pass(replica.electionTimeoutMs - 1)
    expect(replica.hearsLeader).toBe(true)
    place.pass(1)
    expect(replica.hearsLeader).toBe(false)
    replica.stand({ role: 'leader' })
    expect(replica.hearsLeader).toBe(true)
  })
})
