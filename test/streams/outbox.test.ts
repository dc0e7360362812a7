import { lowerLimits } from '../../lib/testing/cluster'
import { message, Propose, TimeoutNow } from '../../streams/contracts/messages'
import { Place, sender } from './place'

const timeoutNow = (term: number) => message(TimeoutNow, { term })
const sentTerms = (place: Place): (string | number)[] =>
  place.sent.flatMap(([to, sent]) => (sent.type === 'timeout-now' ? [to, sent.term] : []))

describe('what a member sends', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('is not sent at all where the disk fails, whatever goes on afterwards', () => {
    const place = new Place({ diskMs: 10 })
    const { outbox, disk } = place.parts
    place.disk.failNextWrite()
    place.turn(() => {
      disk.saveVote({ term: 1, vote: 'b' })
      outbox.send(sender('b'), timeoutNow(1))
    })
    place.pass(100).turn(() => outbox.send(sender('c'), timeoutNow(2)))
    outbox.release()
    expect([place.sent, place.errors]).toMatchObject([[], [{ code: 'KAYAK_STORAGE_FAILED' }]])
  })

  it('is bounded while it is held: more is dropped, as a network would, and the first stay', () => {
    restore = lowerLimits({ heldMessages: 3 })
    const place = new Place({ diskMs: 10 })
    const events: unknown[] = []
    place.parts.budgets.told$.subscribe(event => events.push(event))
    const { outbox, disk } = place.parts
    place.turn(() => {
      disk.saveVote({ term: 1, vote: 'b' })
      for (const term of [1, 2, 3, 4, 5]) outbox.send(sender('b'), timeoutNow(term))
    })
    expect(events).toMatchObject([{ type: 'over-budget', budget: 'held', used: 4, limit: 3, unit: 'count', count: 1 }])
    place.pass(10)
    expect(sentTerms(place)).toEqual(['b', 1, 'b', 2, 'b', 3])
    outbox.send(sender('b'), timeoutNow(6))
    expect(place.sent).toHaveLength(4)
  })

  it('is bounded in bytes too', () => {
    restore = lowerLimits({ heldBytes: 1000 })
    const place = new Place({ diskMs: 10 })
    const events: unknown[] = []
    place.parts.budgets.told$.subscribe(event => events.push(event))
    const { outbox, disk } = place.parts
    const propose = (id: string, bytes: number) => message(Propose, { id, entries: new Uint8Array(bytes) })
    const ids = (): string[] => place.sent.flatMap(([, sent]) => (sent.type === 'propose' ? [sent.id] : []))
    for (const term of [1, 2]) {
      place.turn(() => {
        disk.saveVote({ term, vote: 'b' })
        for (const [id, bytes] of [
          ['a', 500],
          ['b', 600],
          ['c', 300],
        ] as const)
          outbox.send(sender('b'), propose(id, bytes))
      })
      place.pass(10)
    }
    expect(ids()).toEqual(['a', 'c', 'a', 'c'])
    expect(events).toMatchObject([{ budget: 'held', limit: 1000, unit: 'bytes', count: 1 }])
    expect(events).not.toMatchObject([{ used: 1000 }])
  })
})
