import { ENTRIES_VERSION, writeEntry } from '../../streams/contracts/entry-codec.js'
import { entryBytes, type LogEntry } from '../../streams/rules/entry.js'
import { RECORD_HEADER_BYTES, recordBytes, sealRecord, type RecordKind } from './record.js'

/** Entries are gathered to records of so many bytes: what is read at a time, and how fine the index is. */
export const ENTRIES_RECORD_BYTES = 64 * 1024
/** What is kept for the next write: more than a member writes at once, unless an entry alone is larger. */
const KEPT_BYTES = 2 * 1024 * 1024
/** Of records that are no entries. */
const CONTROL_VERSION = 1

/** What goes into one record: the entries from one place in a batch to another. */
export interface RecordPlan {
  readonly from: number
  readonly to: number
  readonly bodyBytes: number
}

/** Divides a batch into records: at least an entry each, further ones while they fit. */
export function planRecords(entries: readonly LogEntry[]): readonly RecordPlan[] {
  const plans: RecordPlan[] = []
  let [from, bodyBytes] = [0, 0]
  entries.forEach((entry, at) => {
    const bytes = entryBytes(entry)
    if (at > from && bodyBytes + bytes > ENTRIES_RECORD_BYTES) {
      plans.push({ from, to: at, bodyBytes })
      ;[from, bodyBytes] = [at, 0]
    }
    bodyBytes += bytes
  })
  plans.push({ from, to: entries.length, bodyBytes })
  return plans
}

export const plannedBytes = (plans: readonly RecordPlan[]): number =>
  plans.reduce((sum, { bodyBytes }) => sum + recordBytes(bodyBytes), 0)

/** Where a write goes, and what its records say of the time before it. */
export interface Place {
  readonly seed: number
  /** Where in the file it begins, up to where all was on disk. */
  readonly at: number
  /** The sequence of the state. */
  readonly state: number
}

/** The bytes of one write, made in place: each entry is copied once. There is one write at a time, so one buffer. */
export class RecordBuffer {
  private kept: Buffer = Buffer.alloc(0)
  private bytes = this.kept
  private view = new DataView(this.bytes.buffer)
  private length = 0
  private place: Place = { seed: 0, at: 0, state: 0 }

  /** Begins a write of so many bytes at most. */
  begin(room: number, place: Place): void {
    this.bytes = this.roomFor(room)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    this.length = 0
    this.place = place
  }

  /** The write, as far as it has been made. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Adds a record; says where in the file it is. */
  addBody(kind: RecordKind, body: Uint8Array): number {
    this.bytes.set(body, this.length + RECORD_HEADER_BYTES)
    return this.seal(kind, CONTROL_VERSION, body.byteLength)
  }

  addEntries(entries: readonly LogEntry[], { from, to, bodyBytes }: RecordPlan): number {
    let at = this.length + RECORD_HEADER_BYTES
    for (let next = from; next < to; next++) {
      const entry = entries[next]
      if (entry !== undefined) at = writeEntry(this.bytes, this.view, at, entry)
    }
    return this.seal('entries', ENTRIES_VERSION, bodyBytes)
  }

  private seal(kind: RecordKind, version: number, bodyBytes: number): number {
    const { seed, at: synced, state } = this.place
    const at = synced + this.length
    this.length = sealRecord(this.bytes, this.length, seed, { kind, version, at, bodyBytes, synced, state })
    return at
  }

  private roomFor(room: number): Buffer {
    if (room > KEPT_BYTES) return Buffer.allocUnsafeSlow(room)
    if (room > this.kept.byteLength) this.kept = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES, 2 * room))
    return this.kept
  }
}
