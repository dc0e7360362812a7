import { lowerLimits } from '../../lib/testing/cluster'
import { applyCommitted$ } from '../../streams/outlets/commits'
import { SessionTable } from '../../streams/replica/sessions'
import { entryBytes, type LogEntry } from '../../streams/rules/entry'
import { logEntries, logEntry } from './entries'
import { Place, type PlaceOptions } from './place'
import { rosterOf, SESSION } from './snapshots'

const ENTRY = entryBytes(logEntry(1, 1))
const append = (index: number, number: number): LogEntry => logEntry(index, 1, { session: SESSION, number })

/** A replica that applies what commits, and what comes of that: emitted or only settled. */
class Applying extends Place {
  readonly seen: string[] = []
  readonly failures: unknown[] = []
  /** What a consumer does with an entry that it sees. */
  consume: (entry: LogEntry) => void = () => undefined

  constructor(options: PlaceOptions = {}) {
    super(options)
    applyCommitted$(
      this.replica,
      entry => {
        this.seen.push(`${entry.index}!`)
        this.consume(entry)
      },
      entry => this.seen.push(`${entry.index}`),
    ).subscribe({ error: (error: unknown) => this.failures.push(error) })
  }

  commit(index: number): this {
    return this.turn(() => this.replica.commitTo(index))
  }
}

describe('what has committed', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('is applied in order, index by index, once the turn that committed it has settled', () => {
    const place = new Applying()
    const { replica } = place
    const applied: number[] = []
    place.consume = () => applied.push(replica.applied)
    place.turn(() => replica.append(logEntries(1, [1, 1, 1])))
    place.turn(() => {
      replica.commitTo(1)
      replica.commitTo(2)
      expect(place.seen).toEqual([])
    })
    expect(place.seen).toEqual(['1!', '1', '2!', '2'])
    place.commit(3).commit(3)
    expect(place.seen.slice(4)).toEqual(['3!', '3'])
    expect([applied, replica.applied]).toEqual([[1, 2, 3], 3])
  })

  it('is held in memory within bounds while much of it is still to be read, and applied in order all the same', () => {
    restore = lowerLimits({ tailBytes: 0, unappliedBytes: 4 * ENTRY, readBytes: 2 * ENTRY })
    const place = new Applying({ entries: logEntries(1, Array<number>(20).fill(1)), diskMs: 10 })
    const budgets: unknown[] = []
    place.parts.budgets.told$.subscribe(event => budgets.push(event))
    place.commit(20)
    let most = 0
    for (let index = 21; index <= 60; index++) {
      place.turn(() => place.replica.append([logEntry(index, 1)])).pass(4)
      place.commit(index - 5)
      most = Math.max(most, place.parts.log.bytesAfter(place.parts.log.cachedFrom - 1))
    }
    place.commit(60).settle()
    expect(place.seen).toEqual(Array.from({ length: 60 }, (_, at) => [`${at + 1}!`, `${at + 1}`]).flat())
    // with what isn't committed or not on disk
    expect(most).toBeLessThanOrEqual(12 * ENTRY)
    expect(budgets).toMatchObject([{ budget: 'unapplied' }])
    expect(place.failures).toEqual([])
  })

  it('is shown to consumers only where it is theirs: Raft’s own entries leave gaps', () => {
    const place = new Applying()
    const own = (index: number, kind: 'noop' | 'roster'): LogEntry => logEntry(index, 1, { kind })
    place.turn(() => place.parts.log.append([own(1, 'roster'), own(2, 'noop'), logEntry(3, 1), own(4, 'noop')]))
    place.commit(4)
    expect([place.seen, place.replica.applied]).toEqual([['1', '2', '3!', '3', '4'], 4])
  })

  it('is shown once however often an append was tried', () => {
    restore = lowerLimits({ sessionWindow: 2 })
    const place = new Applying()
    const { replica } = place
    place.turn(() =>
      replica.append([append(1, 1), append(2, 1), append(3, 2), append(4, 3), append(5, 1), append(6, 3)]),
    )
    place.commit(6)
    // the third try of number 1 comes when its answer is forgotten
    expect(place.seen.filter(line => line.endsWith('!'))).toEqual(['1!', '3!', '4!'])
    expect([...replica.duplicates]).toEqual([2, 5, 6])
    expect(replica.sessions.find(SESSION, 3)).toMatchObject({ index: 4 })
  })

  it('is read from disk where memory has it no more, in order with what memory has', () => {
    restore = lowerLimits({ readBytes: 2 * ENTRY })
    const place = new Applying({ entries: logEntries(1, [1, 1, 1, 1, 1]), diskMs: 10 })
    place.turn(() => place.replica.append(logEntries(6, [2, 2])))
    place.commit(7).settle()
    expect(place.seen.filter(line => line.endsWith('!'))).toEqual([1, 2, 3, 4, 5, 6, 7].map(index => `${index}!`))
    expect(place.journal.filter(line => line.includes('read'))).toHaveLength(3)
  })

  it('and comes while older entries are read waits for them', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1]), diskMs: 10 })
    place.commit(2).turn(() => place.replica.append(logEntries(3, [1])))
    place.commit(3)
    expect(place.seen).toEqual([])
    place.settle()
    expect(place.seen).toEqual(['1!', '1', '2!', '2', '3!', '3'])
  })

  it('is not applied again, nor late, where a snapshot has overtaken what is being read', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    const meta = { index: 9, term: 2, time: 0, roster: rosterOf('abc', 1), sessionBytes: 0, bytes: 0, checksum: 0 }
    place.commit(3).turn(() => place.replica.install(meta, new SessionTable()))
    place.turn(() => place.replica.append(logEntries(10, [2])))
    place.commit(10).settle()
    expect([place.seen, place.replica.applied]).toEqual([['10!', '10'], 10])
    expect(place.failures).toEqual([])
  })

  it('is not missed where a snapshot has overtaken what is being read, which the disk has no more', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    const meta = { index: 9, term: 2, time: 0, roster: rosterOf('abc', 1), sessionBytes: 0, bytes: 0, checksum: 0 }
    place.commit(3)
    place.disk.latencyMs = 1
    place
      .turn(() => place.replica.install(meta, new SessionTable()))
      .turn(() => place.replica.append(logEntries(10, [2])))
    place.commit(10).settle()
    expect([place.seen, place.replica.applied, place.failures]).toEqual([['10!', '10'], 10, []])
  })

  it('ends with an error where what is being read fails, also where a snapshot has overtaken it', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    const meta = { index: 9, term: 2, time: 0, roster: rosterOf('abc', 1), sessionBytes: 0, bytes: 0, checksum: 0 }
    place.commit(3).turn(() => place.replica.install(meta, new SessionTable()))
    place.disk.reads = 'fail'
    place.settle()
    expect(place.failures).toMatchObject([{ code: 'KAYAK_STORAGE_FAILED' }])
  })

  it('ends with an error where the disk has no more what no snapshot has overtaken', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1, 1]), diskMs: 10 })
    place.commit(3)
    place.disk.loseLog()
    place.settle()
    expect(place.failures).toMatchObject([{ code: 'KAYAK_COMPACTED' }])
  })

  it('by what a consumer does as it sees an entry is applied after that, not within', () => {
    const place = new Applying()
    const { replica } = place
    place.consume = ({ index }) => {
      if (index === 1) place.parts.inbox.post(() => replica.commitTo(3))
      place.seen.push(`${index} is done`)
    }
    place.turn(() => replica.append(logEntries(1, [1, 1, 1])))
    place.commit(2)
    expect(place.seen).toEqual([1, 2, 3].flatMap(index => [`${index}!`, `${index} is done`, `${index}`]))
  })

  it('lets memory go of what is applied and durable', () => {
    restore = lowerLimits({ tailBytes: 0 })
    const place = new Applying()
    place.turn(() => place.replica.append(logEntries(1, [1, 1, 1])))
    place.commit(2)
    expect(place.parts.log.cachedFrom).toBe(3)
  })

  it('that cannot be read is an error', () => {
    const place = new Applying({ entries: logEntries(1, [1, 1]) })
    place.disk.reads = 'fail'
    place.commit(2)
    expect(place.failures).toMatchObject([{ code: 'KAYAK_STORAGE_FAILED' }])
    expect([place.seen, place.replica.applied]).toEqual([[], 0])
  })
})
