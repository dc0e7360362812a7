import fc from 'fast-check'
import { entryBytes, type Position } from '../../streams/rules/entry'
import { logEntry } from './entries'
import { Place } from './place'

const ENTRY = entryBytes(logEntry(1, 1))

type Deed =
  | { readonly is: 'append'; readonly count: number }
  | { readonly is: 'truncate' | 'compact'; readonly share: number }
  | { readonly is: 'pass'; readonly ms: number }

const share = fc.double({ min: 0, max: 1, noNaN: true })
const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ is: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ is: fc.constantFrom('truncate' as const, 'compact' as const), share }) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('pass' as const), ms: fc.nat({ max: 40 }) }) },
  ),
  { maxLength: 40 },
)

const positions = (entries: readonly Position[]): Position[] => entries.map(({ index, term }) => ({ index, term }))

/** A log as it should be, written by hand, beside the disk that is told of the same. */
class Model {
  readonly place = new Place({ diskMs: 7 })
  private base: Position = { index: 0, term: 0 }
  private log: Position[] = []
  private term = 1

  do(deed: Deed): void {
    const { disk } = this.place.parts
    if (deed.is === 'pass') return void this.place.pass(deed.ms)
    this.place.turn(() => {
      if (deed.is === 'append') this.append(deed.count)
      else if (deed.is === 'truncate') this.truncate(deed.share)
      // only what is durable may be cut
      else if (disk.durable > this.base.index)
        this.compact(this.base.index + 1 + Math.floor(deed.share * (disk.durable - this.base.index - 1)))
    })
  }

  /** What is called durable must be on the disk as it is in the log: the power may go at any moment. */
  look(): void {
    const { disk } = this.place.parts
    const onDisk = this.place.disk.durable()
    expect(disk.durable).toBeLessThanOrEqual(this.last)
    const from = Math.max(this.base.index, onDisk.base.index)
    const sure = ({ index }: Position): boolean => index > from && index <= disk.durable
    expect(positions(onDisk.entries.filter(sure))).toEqual(this.log.filter(sure))
    expect(onDisk.base.index).toBeLessThanOrEqual(this.base.index)
    const buffered = this.log.filter(({ index }) => index > disk.durable).length * ENTRY
    // of what is being written some may have been cut meanwhile, and is held until it is written
    expect(disk.bufferedBytes).toBeGreaterThanOrEqual(buffered)
  }

  end(): void {
    this.place.settle(() => this.look())
    const { entries, base } = this.place.disk.durable()
    expect(positions(entries)).toEqual(this.log)
    expect([base, this.place.parts.disk.durable, this.place.errors]).toEqual([this.base, this.last, []])
    expect(this.place.parts.disk.bufferedBytes).toBe(0)
  }

  private get last(): number {
    return this.log.at(-1)?.index ?? this.base.index
  }

  private append(count: number): void {
    const first = this.last + 1
    const entries = Array.from({ length: count }, (_, at) => logEntry(first + at, this.term))
    this.log.push(...positions(entries))
    this.place.parts.disk.append(entries)
  }

  private truncate(part: number): void {
    const from = this.base.index + 1 + Math.floor(part * (this.last - this.base.index))
    this.log = this.log.filter(({ index }) => index < from)
    this.term++
    this.place.parts.disk.truncate(from)
  }

  private compact(until: number): void {
    this.base = this.log.find(({ index }) => index === until) ?? this.base
    this.log = this.log.filter(({ index }) => index > until)
    this.place.parts.disk.compact(this.base)
  }
}

describe('a disk that is told to append, truncate and compact while it writes', () => {
  it('calls durable only what is on it, at every moment, and ends with what it was told', () => {
    fc.assert(
      fc.property(deeds, list => {
        const model = new Model()
        for (const deed of list) {
          model.do(deed)
          model.look()
        }
        model.end()
      }),
      { numRuns: 300 },
    )
  })
})

describe('a truncation', () => {
  const begun = (): Place => {
    const place = new Place({ diskMs: 10, entries: [1, 2, 3].map(index => logEntry(index, 1)) })
    place.turn(() => place.parts.disk.append([logEntry(4, 1), logEntry(5, 1)])).pass(5)
    return place
  }

  it('of what only waits writes nothing', () => {
    const place = begun()
    const { disk } = place.parts
    place.turn(() => disk.append([logEntry(6, 1), logEntry(7, 1)])).turn(() => disk.truncate(7))
    place.pass(100)
    expect(place.journal).toEqual(['0 append 4-5', '10 append 6-6'])
    expect(disk.durable).toBe(6)
  })

  it('of what is being written counts at once, and is written before what comes instead', () => {
    const place = begun()
    const { disk } = place.parts
    place.turn(() => {
      disk.truncate(5)
      disk.append([logEntry(5, 2)])
    })
    place.pass(5)
    expect(disk.durable).toBe(4)
    place.pass(100)
    expect(place.journal).toEqual(['0 append 4-5', '10 truncate 5', '20 append 5-5'])
    expect(disk.durable).toBe(5)
  })

  it('of what is durable takes that back at once', () => {
    const place = begun()
    const { disk } = place.parts
    place.turn(() => disk.truncate(2))
    expect(disk.durable).toBe(1)
    place.pass(5)
    expect(disk.durable).toBe(1)
    place.pass(100)
    expect([disk.durable, place.disk.log.last.index]).toEqual([1, 1])
  })

  it('further back takes in one that waits, and one less far doesn’t take it back', () => {
    const place = begun()
    const { disk } = place.parts
    place.turn(() => disk.truncate(3)).turn(() => disk.truncate(2))
    place.turn(() => disk.append([logEntry(2, 2), logEntry(3, 2)])).turn(() => disk.truncate(3))
    place.turn(() => disk.append([logEntry(3, 3)])).pass(100)
    expect(place.journal).toEqual(['0 append 4-5', '10 truncate 2', '20 append 2-3'])
    expect(place.disk.log.entries.map(({ term }) => term)).toEqual([1, 2, 3])
  })
})
