import { KayakError } from '../../streams/contracts/errors.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import { termAt } from '../../streams/rules/log-shape.js'
import type { FileLayer, PlacedFile } from '../folder/file-layer.js'
import { encodeBody } from './bodies.js'
import type { LogState } from './log-state.js'
import { readEntries } from './read-entries.js'
import { recordBytes, type RecordKind } from './record.js'
import { plannedBytes, planRecords, RecordBuffer, type RecordPlan } from './record-buffer.js'
import type { Found } from './stretches.js'
import { FIRST_RECORD, type Segment } from './segment.js'
import type { Spares } from './spares.js'
import type { Mark } from './state-fields.js'
import type { StateFile } from './state-file.js'

/** A segment that holds records, and where they end. */
export interface UsedSegment extends Segment {
  readonly end: number
}

/** The last segment in use, open for writing. */
export interface Tip {
  readonly file: PlacedFile
  readonly segment: UsedSegment
}

/** What a write consists of: how large it is at most, and how it is made. */
interface Content {
  readonly bytes: number
  readonly fill: (buffer: RecordBuffer, segment: number) => void
}

const copyOf = (entry: LogEntry): LogEntry => ({ ...entry, payload: Uint8Array.from(entry.payload) })

/**
 * The log: records in the segments, one after another, each write durable in one call. What it comes to is kept in
 * memory, but for the entries.
 */
export class SegmentLog {
  private readonly buffer = new RecordBuffer()
  private readonly reads = new Set<Promise<unknown>>()
  private failure: { readonly cause: unknown } | undefined

  constructor(
    private readonly files: FileLayer,
    private readonly stateFile: StateFile,
    private readonly spares: Spares,
    private readonly state: LogState,
    /** Those before the last one. */
    private older: readonly UsedSegment[],
    private tip: Tip | undefined,
  ) {}

  /** Up to where all is on disk. */
  get mark(): Mark {
    const { segment } = this.tip ?? {}
    return segment === undefined ? { segment: 0, at: 0 } : { segment: segment.number, at: segment.end }
  }

  /** Whether a write has failed, so that nobody knows where the log ends. */
  get hasFailed(): boolean {
    return this.failure !== undefined
  }

  /** Makes what a new folder needs, and begins what goes on in the background. */
  async begin(): Promise<void> {
    await this.spares.begin()
    // what the process before has not come to
    this.dropSegments()
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return
    this.checkFollows(entries)
    const plans = planRecords(entries)
    const places: number[] = []
    const fill = (buffer: RecordBuffer): void => plans.forEach(plan => places.push(buffer.addEntries(entries, plan)))
    const segment = await this.write({ bytes: plannedBytes(plans), fill })
    plans.forEach((plan, nth) => this.extend(segment, places[nth] ?? 0, entries, plan))
  }

  async truncate(from: number): Promise<void> {
    const { shape, base } = this.state
    if (from > shape.last.index) return
    const index = Math.max(from - 1, base.index)
    const to = { index, term: termAt(shape, index) ?? base.term }
    await this.writeBody('truncate', to)
    this.state.truncate(to)
  }

  async compact({ index, term }: Position): Promise<void> {
    if (index <= this.state.base.index) return
    const until = { index, term }
    await this.writeBody('compact', until)
    this.state.compact(until)
    this.dropSegments()
  }

  async read(from: number, to: number, maxBytes: number, snapshotIndex?: number): Promise<readonly LogEntry[]> {
    const { base, last } = this.state.shape
    if (from <= base.index || from > last.index) throw gone(from, snapshotIndex)
    const reading = readEntries(this.files, this.finder(), { from, to, maxBytes })
    // what is dropped is reused only after those who read it have done so
    this.reads.add(reading)
    return reading.finally(() => this.reads.delete(reading))
  }

  async close(): Promise<void> {
    await this.spares.close()
    await this.tip?.file.close()
  }

  private extend(segment: number, at: number, entries: readonly LogEntry[], { from, to }: RecordPlan): void {
    const positions = from === 0 && to === entries.length ? entries : entries.slice(from, to)
    // a copy, since the caller's may be part of a batch that memory would then keep
    const rosters = positions.filter(({ kind }) => kind === 'roster').map(copyOf)
    this.state.extend({ segment, at, positions, rosters })
  }

  private async writeBody(kind: RecordKind, value: object): Promise<void> {
    const body = encodeBody(value)
    await this.write({ bytes: recordBytes(body.byteLength), fill: buffer => void buffer.addBody(kind, body) })
  }

  /** One write, behind the last one or at the beginning of the next segment; says in which segment it is. */
  private async write(content: Content): Promise<number> {
    if (this.failure !== undefined) throw this.failure.cause
    try {
      this.spares.check()
      const tip = this.tip
      const fits = tip !== undefined && tip.segment.end + content.bytes <= tip.segment.capacity
      return await (fits ? this.writeHere(tip, content) : this.writeToNext(content))
    } catch (cause) {
      this.failure = { cause }
      throw cause
    }
  }

  private async writeHere(tip: Tip, content: Content): Promise<number> {
    this.tip = await this.writeTo(tip, content)
    return tip.segment.number
  }

  /** Writes to the end of a segment, and says how it is then. */
  private async writeTo({ file, segment }: Tip, { bytes, fill }: Content): Promise<Tip> {
    const { number, seed, end: at } = segment
    const { buffer } = this
    buffer.begin(bytes, { seed, at, state: this.stateFile.current.sequence })
    fill(buffer, number)
    const { written } = buffer
    await file.write(written, at)
    const end = at + written.byteLength
    return { file, segment: { ...segment, end, capacity: Math.max(segment.capacity, end) } }
  }

  /** Begins the next segment with what those before it come to, in the same write. */
  private async writeToNext({ bytes, fill }: Content): Promise<number> {
    const next = await this.spares.take()
    const before = this.tip
    const { base, shape } = this.state
    const begin = encodeBody({ previousEnd: before?.segment.end ?? 0, base, last: shape.last })
    const content: Content = {
      bytes: recordBytes(begin.byteLength) + bytes,
      fill: (buffer, segment) => {
        buffer.addBody('begin', begin)
        fill(buffer, segment)
      },
    }
    const file = await this.files.openPlaced(next.path)
    try {
      const tip = await this.writeTo({ file, segment: { ...next, end: FIRST_RECORD } }, content)
      // both at once: a read finds all of the log at any moment
      if (before !== undefined) this.older = [...this.older, before.segment]
      this.tip = tip
    } catch (error) {
      await file.close()
      throw error
    }
    await before?.file.close()
    this.spares.refill()
    return next.number
  }

  /** Lets go of the segments before the first that holds an entry. */
  private dropSegments(): void {
    const first = this.state.stretches.firstSegment ?? this.mark.segment
    const dropped = this.older.filter(({ number }) => number < first)
    if (dropped.length === 0) return
    this.older = this.older.filter(({ number }) => number >= first)
    this.spares.drop(dropped, first, () => Promise.allSettled(this.reads))
  }

  private finder(): (index: number) => (Found & { readonly in: Segment }) | undefined {
    const segments = new Map(
      [...this.older, ...(this.tip === undefined ? [] : [this.tip.segment])].map(segment => [segment.number, segment]),
    )
    const find = this.state.stretches.finder()
    return index => {
      const found = find(index)
      const segment = segments.get(found?.segment ?? 0)
      return found === undefined || segment === undefined ? undefined : { ...found, in: segment }
    }
  }

  private checkFollows(entries: readonly LogEntry[]): void {
    if (this.state.follows(entries)) return
    const { index } = this.state.shape.last
    throw new KayakError('KAYAK_INVALID', `A batch from ${entries[0]?.index ?? 0} doesn't follow ${index}.`)
  }
}

const gone = (index: number, snapshotIndex: number | undefined): KayakError => {
  const details = snapshotIndex === undefined ? {} : { snapshotIndex }
  return new KayakError('KAYAK_COMPACTED', `The log doesn't hold ${index}.`, details)
}
