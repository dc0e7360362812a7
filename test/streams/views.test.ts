import { encodeRoster } from '../../streams/contracts/roster-codec'
import { viewOf, Views } from '../../streams/outlets/views'
import { logEntry } from './entries'
import { memberId, Place, sender, type PlaceOptions } from './place'
import { rosterOf } from './snapshots'

const learner = { ...rosterOf('bc'), learners: rosterOf('a').voters }
const open = (roster = rosterOf('abc'), options: PlaceOptions = {}): Place => {
  const entry = logEntry(1, 1, { kind: 'roster', payload: encodeRoster(roster) })
  const place = new Place({ entries: [entry], ...options })
  place.replica.commitTo(1)
  return place
}

describe('the view of a replica', () => {
  it('is its role, term, leader and committed roster', () => {
    const { replica } = open()
    replica.stand({ term: 4, leader: sender('b') })
    expect(viewOf(replica)).toEqual({
      ...{ role: 'follower', term: 4, leader: sender('b') },
      roster: { index: 1, voters: ['a', 'b', 'c'].map(sender), learners: [] },
    })
  })

  it('calls a follower without a vote a learner, and nobody else', () => {
    const { replica } = open(learner)
    expect(viewOf(replica).role).toBe('learner')
    replica.stand({ role: 'candidate' })
    expect(viewOf(replica).role).toBe('candidate')
    expect(viewOf(open().replica).role).toBe('follower')
  })

  it('shows a roster once it has committed, not when it is appended', () => {
    const { replica } = open()
    replica.append([logEntry(2, 1, { kind: 'roster', payload: encodeRoster(rosterOf('ab')) })])
    expect(viewOf(replica).roster).toMatchObject({ index: 1, voters: [{}, {}, {}] })
    replica.commitTo(2)
    expect(viewOf(replica).roster).toMatchObject({ index: 2, voters: [{}, {}] })
  })

  it('is the same object while nothing in it changes, and so is each of its parts', () => {
    const { replica } = open()
    replica.stand({ leader: sender('b') })
    const view = viewOf(replica)
    replica.stand({ heardAt: 7, leader: sender('b') })
    expect(viewOf(replica, view)).toBe(view)
    replica.stand({ term: 9, leader: sender('b') })
    const later = viewOf(replica, view)
    expect(later).not.toBe(view)
    expect([later.roster, later.leader]).toEqual([view.roster, view.leader])
    expect(later.roster).toBe(view.roster)
    expect(later.leader).toBe(view.leader)
  })

  it('tells a leader at another address from before', () => {
    const { replica } = open()
    replica.stand({ leader: sender('b') })
    const view = viewOf(replica)
    replica.stand({ leader: { id: memberId('b'), address: 'elsewhere:1' } })
    expect(viewOf(replica, view).leader).toEqual({ id: memberId('b'), address: 'elsewhere:1' })
    replica.stand({ leader: undefined })
    expect(viewOf(replica, view).leader).toBeUndefined()
  })
})

describe('what is derived from views', () => {
  it('gives the current value, then changes only, and all parts agree at each', () => {
    const { replica } = open()
    const views = new Views(replica)
    const seen: unknown[] = []
    views.select(({ term }) => term).subscribe(term => seen.push([term, views.now.role]))
    replica.stand({ heardAt: 3 })
    views.refresh()
    replica.stand({ role: 'candidate', term: 2 })
    expect(seen).toEqual([[1, 'follower']])
    views.refresh()
    views.refresh()
    expect(seen).toEqual([[1, 'follower'], [2, 'candidate']]) // prettier-ignore
    replica.stand({ leader: sender('b') })
    views.refresh()
    expect(seen).toHaveLength(2)
    const late: unknown[] = []
    views.select(({ role }) => role).subscribe({ next: role => late.push(role), complete: () => late.push('|') })
    views.complete()
    expect(late).toEqual(['candidate', 'follower', '|'])
    expect(views.now).toMatchObject({ role: 'follower', leader: undefined, term: 2 })
  })
})
