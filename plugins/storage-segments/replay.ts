import { readEntry, readEntryHead } from '../../streams/contracts/entry-codec.js'
import type { LogEntry, Position } from '../../streams/rules/entry.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer, PlacedFile } from '../folder/file-layer.js'
import { decodeBegin, decodePosition, type Begin } from './bodies.js'
import type { LogState } from './log-state.js'
import { withinRecord } from './read-entries.js'
import type { RecordHead } from './record.js'
import { RecordReader, type ReadRecord } from './record-reader.js'
import { checkWhole, FIRST_RECORD, lifeOf, readSegmentHeader, type Segment } from './segment.js'
import { BLOCK_BYTES } from './block.js'

const CHUNK_BYTES = 512 * 1024

/** What a segment was found to hold. */
export interface Replayed {
  readonly segment: Segment
  /** Where its records end. */
  readonly end: number
  /** Where the write began of which the last record is. */
  readonly lastWrite: number
  /** The highest sequence of the state that a record tells of. */
  readonly state: number
  /** Headers of this life that follow the end: of a write that was torn. */
  readonly behind: readonly RecordHead[]
}

/** Reads the entries of a record, as far as they must be known. */
function entriesOf(record: ReadRecord): { readonly positions: Position[]; readonly rosters: LogEntry[] } {
  const { body } = record
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const positions: Position[] = []
  const rosters: LogEntry[] = []
  for (let at = 0; at < body.byteLength;) {
    const { index, term, kind, end } = readEntryHead(body, view, at)
    positions.push({ index, term })
    if (kind === 'roster') {
      const { entry } = readEntry(body, view, at)
      rosters.push({ ...entry, payload: Uint8Array.from(entry.payload) })
    }
    at = end
  }
  return { positions, rosters }
}

/** Takes in one record after the first. */
function apply(state: LogState, { number, path }: Segment, record: ReadRecord): void {
  const { kind, at } = record
  if (kind === 'truncate') return state.truncate(decodePosition(path, record))
  if (kind === 'compact') return state.compact(decodePosition(path, record))
  withinRecord(path, record, () => {
    if (kind !== 'entries') throw corrupt(path, `has an unknown record at ${at}`)
    const { positions, rosters } = entriesOf(record)
    if (!state.follows(positions)) throw corrupt(path, `has a gap at ${at}`)
    state.extend({ segment: number, at, positions, rosters })
  })
}

function checkBegin(path: string, { base, last }: Begin, state: LogState): void {
  const isSame = base.index === state.base.index && last.index === state.shape.last.index
  if (!isSame || last.term !== state.shape.last.term)
    throw corrupt(path, `does not follow the segment before it (at ${FIRST_RECORD})`)
}

function begin({ path }: Segment, record: ReadRecord, state: LogState, previous: Replayed | undefined): void {
  if (record.kind !== 'begin') throw corrupt(path, `is damaged at ${FIRST_RECORD}`)
  const found = decodeBegin(path, record)
  if (previous === undefined) return state.begin(found.base, found.last)
  const { end, segment } = previous
  if (end !== found.previousEnd) throw corrupt(segment.path, `is damaged at ${end}`)
  checkBegin(path, found, state)
}

/** Opens a segment and checks that it is the one that its name says. */
async function openSegment(files: FileLayer, { path, number, log }: SegmentFile): Promise<Opened> {
  const file = await files.openPlaced(path)
  try {
    const made = readSegmentHeader(path, await file.read(0, BLOCK_BYTES), log, number)
    const segment = { number, path, seed: lifeOf(log, number), capacity: await file.size() }
    return { segment, made, file }
  } catch (error) {
    await file.close()
    throw error
  }
}

interface Opened {
  readonly segment: Segment
  /** Of how many bytes it was made. */
  readonly made: number
  readonly file: PlacedFile
}

/** Where a segment should be. */
export interface SegmentFile {
  readonly path: string
  readonly number: number
  readonly log: string
}

/**
 * Reads a segment through, in bounded memory, and takes in what it holds.
 *
 * @param previous - the segment before it; undefined for the first that is there.
 * @throws {@link KayakError} `KAYAK_CORRUPT` naming the file and the place, for what is damaged and was on disk.
 */
export async function replaySegment(
  files: FileLayer,
  from: SegmentFile,
  state: LogState,
  previous: Replayed | undefined,
): Promise<Replayed> {
  const { segment, made, file } = await openSegment(files, from)
  try {
    checkWhole(segment, made)
    const { path, seed } = segment
    const reader = new RecordReader(file, seed, CHUNK_BYTES)
    let [end, lastWrite, sequence] = [FIRST_RECORD, FIRST_RECORD, 0]
    for (;;) {
      const record = await reader.recordAt(end)
      if (record === undefined) break
      if (end === FIRST_RECORD) begin(segment, record, state, previous)
      else apply(state, segment, record)
      end = record.end
      lastWrite = record.synced
      sequence = Math.max(sequence, record.state)
    }
    const behind = await reader.headsFrom(end)
    if (behind.some(({ synced }) => synced > end)) throw corrupt(path, `is damaged at ${end}`)
    return { segment, end, lastWrite, state: sequence, behind }
  } finally {
    await file.close()
  }
}

/** A segment of which nothing but its beginning was looked at. */
export interface Glanced {
  readonly segment: Segment
  /** Of how many bytes it was made. */
  readonly made: number
  readonly isUsed: boolean
}

/** Looks whether a segment holds a record. */
export async function glanceAt(files: FileLayer, from: SegmentFile): Promise<Glanced> {
  const { segment, made, file } = await openSegment(files, from)
  try {
    const first = await new RecordReader(file, segment.seed, BLOCK_BYTES).recordAt(FIRST_RECORD)
    return { segment, made, isUsed: first !== undefined }
  } finally {
    await file.close()
  }
}
