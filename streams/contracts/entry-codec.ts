import { ENTRY_HEADER_BYTES, type EntryKind, type LogEntry } from '../rules/entry.js'
import { crc32 } from './checksum.js'
import { KayakError } from './errors.js'
import { readSession, writeSession } from './session-bytes.js'

/*
 * A batch of entries as one field, version 1, big-endian:
 *
 *   batch:  version u8 | 3 zero bytes | count u32 | crc32 u32 of all that follows | entries
 *   entry:  payload length u32 | kind u8 | 3 zero bytes | index f64 | term f64 | time f64 | session 10 bytes |
 *           number u48 | payload
 */
/** Of a batch, and of the entries in it. */
export const ENTRIES_VERSION = 1
const BATCH_HEADER_BYTES = 12
const KINDS: readonly EntryKind[] = ['data', 'noop', 'roster']

/** The largest number of an append within its session: 48 bits. */
export const LARGEST_NUMBER = 2 ** 48 - 1

/** Writes one entry without a batch around it; says where it ends. */
export function writeEntry(bytes: Uint8Array, view: DataView, at: number, entry: LogEntry): number {
  view.setUint32(at, entry.payload.byteLength)
  view.setUint32(at + 4, KINDS.indexOf(entry.kind) * 2 ** 24)
  view.setFloat64(at + 8, entry.index)
  view.setFloat64(at + 16, entry.term)
  view.setFloat64(at + 24, entry.time)
  writeSession(view, at + 32, entry.session)
  view.setUint16(at + 42, Math.floor(entry.number / 2 ** 32))
  view.setUint32(at + 44, entry.number % 2 ** 32)
  bytes.set(entry.payload, at + ENTRY_HEADER_BYTES)
  return at + ENTRY_HEADER_BYTES + entry.payload.byteLength
}

/** Frames a batch. */
export function encodeEntries(entries: readonly LogEntry[]): Uint8Array {
  const size = entries.reduce((sum, { payload }) => sum + ENTRY_HEADER_BYTES + payload.byteLength, BATCH_HEADER_BYTES)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, ENTRIES_VERSION)
  view.setUint32(4, entries.length)
  let at = BATCH_HEADER_BYTES
  for (const entry of entries) at = writeEntry(bytes, view, at, entry)
  view.setUint32(8, crc32(bytes.subarray(BATCH_HEADER_BYTES)))
  return bytes
}

const damaged = (what: string): KayakError => new KayakError('KAYAK_CORRUPT', `A batch of entries ${what}.`)

/** A count, index, term or time: a safe integer from 0. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** Where an entry is, without what is in it. */
export interface EntryHead {
  readonly kind: EntryKind
  readonly index: number
  readonly term: number
  readonly end: number
}

/** Reads and checks all of an entry but its session and payload: most of a log is only counted. */
export function readEntryHead(bytes: Uint8Array, view: DataView, at: number): EntryHead {
  if (at + ENTRY_HEADER_BYTES > bytes.byteLength) throw damaged('ends within a header')
  const end = at + ENTRY_HEADER_BYTES + view.getUint32(at)
  if (end > bytes.byteLength) throw damaged('ends within a payload')
  const kind = KINDS[view.getUint8(at + 4)]
  if (kind === undefined) throw damaged('has an entry of an unknown kind')
  const index = view.getFloat64(at + 8)
  const term = view.getFloat64(at + 16)
  if (!isCount(index) || !isCount(term) || !isCount(view.getFloat64(at + 24)))
    throw damaged('has a number out of range')
  return { kind, index, term, end }
}

/** Reads one entry. Its payload is a view of `bytes`. */
export function readEntry(bytes: Uint8Array, view: DataView, at: number): { entry: LogEntry; end: number } {
  const { kind, index, term, end } = readEntryHead(bytes, view, at)
  const entry = {
    index,
    term,
    kind,
    time: view.getFloat64(at + 24),
    session: readSession(bytes, view, at + 32),
    number: view.getUint16(at + 42) * 2 ** 32 + view.getUint32(at + 44),
    payload: bytes.subarray(at + ENTRY_HEADER_BYTES, end),
  }
  return { entry, end }
}

/**
 * Reads a framed batch. Payloads are views of `bytes`.
 *
 * @throws {@link KayakError} `KAYAK_CORRUPT` for anything that {@link encodeEntries} doesn't make, `KAYAK_VERSION` for
 * a later version's.
 */
export function decodeEntries(bytes: Uint8Array): LogEntry[] {
  if (bytes.byteLength < BATCH_HEADER_BYTES) throw damaged('is shorter than its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint8(0) > ENTRIES_VERSION)
    throw new KayakError('KAYAK_VERSION', `A batch has version ${view.getUint8(0)}.`)
  if (view.getUint32(0) !== ENTRIES_VERSION * 2 ** 24) throw damaged('has a header with rubbish in it')
  if (view.getUint32(8) !== crc32(bytes.subarray(BATCH_HEADER_BYTES))) throw damaged('has a wrong checksum')
  const count = view.getUint32(4)
  if (count * ENTRY_HEADER_BYTES > bytes.byteLength) throw damaged('counts more entries than it can hold')
  const entries: LogEntry[] = []
  let at = BATCH_HEADER_BYTES
  for (let i = 0; i < count; i++) {
    const { entry, end } = readEntry(bytes, view, at)
    entries.push(entry)
    at = end
  }
  if (at !== bytes.byteLength) throw damaged('is longer than its entries')
  return entries
}
