import { lowerLimits } from '../../../lib/testing/cluster'
import type { HostEvent } from '../../../streams/contracts/events'
import { decodeEntries, encodeEntries } from '../../../streams/contracts/entry-codec'
import { ENTRY_HEADER_BYTES as ENTRY, type LogEntry } from '../../../streams/rules/entry'
import { Bench } from './bench'
import { establish } from './leading'
import { idOf } from './logs'

let bench: Bench
let restore: () => void = () => undefined
afterEach(() => {
  bench.stop()
  restore()
})

const SESSION = '0123456789abcdef0123'
const proposed = (number: number): LogEntry => {
  return { index: 0, term: 0, kind: 'data', time: 0, session: SESSION, number, payload: new Uint8Array() }
}
/** Another member hands over so many appends, each in a message; how each was answered. */
function propose(...numbers: readonly number[]): readonly unknown[] {
  bench.said()
  for (const number of numbers)
    bench.hear('b', { type: 'propose', id: `b-${number}`, entries: encodeEntries([proposed(number)]) })
  return bench.said('propose-reply').map(({ verdict }) => verdict)
}
function overBudgets(): HostEvent[] {
  const events: HostEvent[] = []
  bench.replica.events$.subscribe(event => event.type === 'over-budget' && events.push(event))
  return events
}

describe('a follower whose disk is behind', () => {
  it('takes only so much into memory, and acknowledges nothing that it let go of', () => {
    restore = lowerLimits({ bufferedBytes: 2 * ENTRY })
    bench = new Bench({ log: [1], diskMs: 10 })
    const events = overBudgets()
    for (const previous of [1, 2, 3, 4, 5])
      bench.append('b', { term: 1, previous: [previous, 1], terms: [1], commit: 6 })
    expect([bench.log, bench.replica.commit, bench.said()]).toEqual([[1, 1, 1, 1], 4, []])
    expect(events).toMatchObject([{ budget: 'buffered', limit: 2 * ENTRY }])
    expect(bench.pass(30).said().at(-1)).toMatchObject({ match: 4, verified: 4 })
    bench.append('b', { term: 1, previous: [4, 1], terms: [1, 1], commit: 6 })
    expect(bench.pass(20).said().at(-1)).toMatchObject({ match: 6, verified: 6 })
    expect(bench.replica.commit).toBe(6)
  })

  it('holds that against leaders of later terms too, and cuts nothing for what it lets go of', () => {
    restore = lowerLimits({ bufferedBytes: 2 * ENTRY })
    bench = new Bench({ log: [1], diskMs: 10 })
    bench.append('b', { term: 1, previous: [1, 1], terms: [1, 1, 1] })
    bench.append('c', { term: 2, previous: [2, 1], terms: [2] })
    expect(bench.log).toEqual([1, 1, 1, 1])
    bench.pass(100).append('c', { term: 2, previous: [2, 1], terms: [2] })
    expect([bench.log, bench.pass(100).said().at(-1)]).toMatchObject([[1, 1, 2], { to: 'c', match: 3 }])
  })
})

describe('a leader', () => {
  it('refuses appends while too much has not committed, and takes them again', () => {
    restore = lowerLimits({ uncommittedBytes: ENTRY })
    bench = establish(new Bench({ log: [1] }).elect())
    const events = overBudgets()
    expect(propose(1, 2, 3)).toEqual(['accepted', 'accepted', 'overloaded'])
    expect(events).toMatchObject([{ budget: 'uncommitted', used: 2 * ENTRY, limit: ENTRY, count: 1 }])
    const { last } = bench.replica.parts.log
    bench.pass(1).acknowledge('b', { term: 2, match: last.index })
    expect(propose(3)).toEqual(['accepted'])
  })

  it('refuses appends while too much has not been applied, and takes them again', () => {
    restore = lowerLimits({ unappliedBytes: ENTRY })
    bench = establish(new Bench({ log: [1] }).elect())
    const events = overBudgets()
    expect(propose(1, 2, 3)).toEqual(['accepted', 'accepted', 'overloaded'])
    expect(events).toMatchObject([{ budget: 'unapplied', used: 2 * ENTRY, limit: ENTRY, unit: 'bytes', count: 1 }])
    const { last } = bench.replica.parts.log
    bench.pass(1).acknowledge('b', { term: 2, match: last.index }).pass(1)
    expect(bench.replica.applied).toBe(last.index)
    expect(propose(3)).toEqual(['accepted'])
  })

  it('lets callers wait while it is not known how much of earlier terms has committed', () => {
    restore = lowerLimits({ uncommittedBytes: 2 * ENTRY })
    bench = new Bench({ log: [1, 1, 1, 1] }).elect()
    expect(propose(1)).toEqual(['not-leader'])
    establish(bench)
    expect(propose(1)).toEqual(['accepted'])
  })

  it('refuses appends while its own disk is behind, although others commit them', () => {
    restore = lowerLimits({ bufferedBytes: 2 * ENTRY })
    bench = establish(new Bench({ log: [1] }).elect())
    bench.disk.latencyMs = 10
    const events = overBudgets()
    for (const number of [1, 2, 3]) {
      expect(propose(number)).toEqual(['accepted'])
      const match = bench.replica.parts.log.last.index
      bench.pass(1).acknowledge('b', { term: 2, match }).acknowledge('c', { term: 2, match })
      expect(bench.replica.commit).toBe(match)
    }
    expect(propose(4, 5)).toEqual(['overloaded', 'overloaded'])
    expect(events).toMatchObject([{ budget: 'buffered' }])
    bench.pass(40)
    expect(propose(4)).toEqual(['accepted'])
  })

  it('sends a member no more than its disk keeps up with, and tells whose that is', () => {
    restore = lowerLimits({ pipelineBytes: 2 * ENTRY })
    bench = establish(new Bench({ log: [1] }).elect())
    const events = overBudgets()
    propose(1, 2, 3, 4)
    bench.pass(1)
    expect(events).toMatchObject([
      { budget: 'in-flight', member: idOf('b'), used: 2 * ENTRY, limit: 2 * ENTRY, unit: 'bytes' },
      { budget: 'in-flight', member: idOf('c') },
    ])
  })

  it('sends a member only so many messages that it has not answered, and tells that it is those', () => {
    restore = lowerLimits({ pipelineMessages: 2, batchBytes: 1 })
    bench = establish(new Bench({ log: [1] }).elect())
    const events = overBudgets()
    propose(1, 2, 3, 4)
    bench.pass(1)
    expect(events).toMatchObject([
      { budget: 'in-flight', member: idOf('b'), used: 2, limit: 2, unit: 'count' },
      { budget: 'in-flight', member: idOf('c'), used: 2, limit: 2, unit: 'count' },
    ])
  })

  it('hands over to itself in batches, of which none is far beyond a budget', () => {
    restore = lowerLimits({ uncommittedBytes: ENTRY, batchBytes: 2 * ENTRY })
    bench = establish(new Bench({ log: [1] }).elect())
    const codes: unknown[] = []
    for (let number = 1; number <= 5; number++)
      bench.member.waiting.append(SESSION, number, new Uint8Array(), 10_000, {
        done: () => undefined,
        failed: ({ code, budget, message }) => codes.push([code, budget, message.includes('"uncommitted"')]),
      })
    bench.pass(1)
    expect(codes).toEqual(Array(3).fill(['KAYAK_OVERLOADED', 'uncommitted', true]))
    const [entries] = bench
      .said('append-entries')
      .flatMap(({ to, entries: bytes }) =>
        to === 'b' && bytes instanceof Uint8Array && bytes.byteLength > 0 ? [decodeEntries(bytes)] : [],
      )
    expect(entries?.length ?? 0).toBeLessThanOrEqual(2)
  })
})
