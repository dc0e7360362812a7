import fc from 'fast-check'
import { lowerLimits } from '../../lib/testing/cluster'
import { entryBytes, type LogEntry } from '../../streams/rules/entry'
import { logEntry } from './entries'
import { gathered, Place } from './place'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const deed = fc.record({
  is: fc.constantFrom('append', 'append', 'append', 'commit', 'forget', 'truncate', 'cut', 'install', 'agree', 'pass'),
  share,
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

const ENTRY = entryBytes(logEntry(1, 1))

/** A log as it should be, by hand, beside the one that is told of the same. */
class Model {
  readonly place = new Place({ diskMs: 3 })
  private base = 0
  private entries: LogEntry[] = []
  private commit = 0
  private term = 1

  /** What each deed does, in a turn; those that a replica would not do now do nothing. */
  private readonly deeds: Record<string, (part: number) => void> = {
    append: part => this.append(1 + Math.floor(part * 4)),
    commit: part => (this.commit += Math.floor(part * (this.last - this.commit + 1))),
    forget: () => this.log.forget(this.commit, this.commit),
    truncate: part => this.truncate(this.commit + 1 + Math.floor(part * (this.last - this.commit))),
    cut: part => this.cut(this.base + Math.ceil(part * (Math.min(this.commit, this.durable) - this.base))),
    install: part => this.install(this.last + 1 + Math.floor(part * 5)),
    agree: part => this.install(this.commit + Math.ceil(part * (this.last - this.commit))),
  }

  do({ is, share: part }: Deed): void {
    if (is === 'pass') this.place.pass(Math.floor(part * 10))
    else this.place.turn(() => this.deeds[is]?.(Math.min(part, 0.999)))
  }

  look(): void {
    const { shape } = this.log
    expect([shape.base.index, this.log.last.index]).toEqual([this.base, this.last])
    for (const { index, term } of this.entries) expect(this.log.termAt(index)).toBe(term)
    expect(this.log.termAt(this.last + 1)).toBeUndefined()
    if (this.base > 0) expect(this.log.termAt(this.base - 1)).toBeUndefined()
  }

  /** Reads from each place on are what was appended there: one entry at least, and no more than fits. */
  read(entriesAtMost: number): void {
    for (const { index } of this.entries) {
      const { values, error } = gathered(this.place, this.log.read(index, this.last, entriesAtMost * ENTRY))
      expect([error, values.length]).toEqual([undefined, 1])
      const read = values[0] ?? []
      expect(read.length).toBeGreaterThan(0)
      expect(read.length).toBeLessThanOrEqual(Math.max(1, entriesAtMost))
      expect(read).toEqual(this.entries.slice(index - this.base - 1, index - this.base - 1 + read.length))
    }
    if (this.base === 0) return
    // once the cut is on the disk
    this.place.settle()
    const { error } = gathered(this.place, this.log.read(this.base, this.last, 1))
    expect(error).toMatchObject({ code: 'KAYAK_COMPACTED' })
  }

  private get log() {
    return this.place.parts.log
  }

  private get durable(): number {
    return this.place.parts.disk.durable
  }

  private get last(): number {
    return this.base + this.entries.length
  }

  private append(count: number): void {
    const first = this.last + 1
    const entries = Array.from({ length: count }, (_, at) => logEntry(first + at, this.term))
    this.entries.push(...entries)
    this.log.append(entries)
  }

  private truncate(from: number): void {
    this.entries = this.entries.slice(0, from - this.base - 1)
    this.term++
    this.log.truncate(from)
  }

  private cut(until: number): void {
    if (until <= this.base) return
    this.log.cut({ index: until, term: this.log.termAt(until) ?? 0 })
    this.rebase(until)
  }

  /** A snapshot ahead of the log replaces it; one that agrees with it keeps what follows. */
  private install(until: number): void {
    if (until <= this.commit) return
    this.log.replace({ index: until, term: this.log.termAt(until) ?? ++this.term })
    this.commit = until
    this.rebase(until)
  }

  private rebase(until: number): void {
    this.entries = this.entries.filter(({ index }) => index > until)
    this.base = until
  }
}

describe('a log, partly in memory and partly on disk', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('is what a plain list would be, whatever is done to it', () => {
    // so little is kept in memory that most must be read
    restore = lowerLimits({ tailBytes: 3 * ENTRY })
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), fc.nat({ max: 6 }), (deeds, entriesAtMost) => {
        const model = new Model()
        for (const each of deeds) {
          model.do(each)
          model.look()
        }
        model.read(entriesAtMost)
        expect(model.place.errors).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
