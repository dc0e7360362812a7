import { isKayakError } from '../../streams/contracts/errors.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer, PlacedFile } from '../folder/file-layer.js'
import { LogState } from './log-state.js'
import { RECORD_HEADER_BYTES } from './record.js'
import { glanceAt, replaySegment, type Glanced, type Replayed, type SegmentFile } from './replay.js'
import { checkWhole, FIRST_RECORD, segmentName, segmentNumber, segmentPath, type Segment } from './segment.js'
import type { SavedState } from './state-fields.js'

const CHUNK_BYTES = 1024 * 1024

/** What the segments of a folder hold, as far as nothing contradicts it. Nothing has been written yet. */
export interface FoundLog {
  readonly state: LogState
  /** The segments that hold records, ascending. */
  readonly used: readonly Replayed[]
  /** The one after them, where a first write may have been torn, and others that wait for their use. */
  readonly next: Replayed | undefined
  readonly spare: readonly Segment[]
}

/** A segment that follows one without records has none either: if it has, the one before had some, too. */
async function unused(files: FileLayer, from: SegmentFile, previous: Segment): Promise<Segment> {
  const { segment, made, isUsed } = await glanceAt(files, from)
  checkWhole(segment, made)
  if (isUsed) throw corrupt(previous.path, `is damaged at ${FIRST_RECORD}`)
  return segment
}

/** One that never was a segment, or of another log, is nothing. */
async function glanceAtUnknown(files: FileLayer, from: SegmentFile): Promise<Glanced | undefined> {
  try {
    return await glanceAt(files, from)
  } catch (error) {
    if (isKayakError(error) && error.code === 'KAYAK_CORRUPT') return undefined
    throw error
  }
}

/**
 * A segment that the state doesn't know of was being made, and holds no record: the state is told of it before. If one
 * does, the state that was told is lost.
 */
async function checkUnknown(
  files: FileLayer,
  statePath: string,
  names: readonly string[],
  { lastSegment }: SavedState,
  fileOf: (number: number) => SegmentFile,
): Promise<void> {
  for (const name of names) {
    const number = segmentNumber(name)
    if (number === undefined || number <= lastSegment) continue
    const glanced = await glanceAtUnknown(files, fileOf(number))
    if (glanced === undefined) continue
    if (glanced.isUsed) throw corrupt(statePath, 'has lost its end')
    // it may have held what is cut off
    checkWhole(glanced.segment, glanced.made)
  }
}

/** Reads all segments that must be there, and tells what is torn from what is rotten. */
export async function findLog(
  files: FileLayer,
  folder: string,
  names: readonly string[],
  statePath: string,
  saved: SavedState,
): Promise<FoundLog> {
  const { log, firstSegment, lastSegment } = saved
  for (let number = firstSegment; number <= lastSegment; number++)
    if (!names.includes(segmentName(number))) throw corrupt(segmentPath(folder, number), 'is missing')
  const fileOf = (number: number): SegmentFile => ({ path: segmentPath(folder, number), number, log })
  const state = new LogState()
  const used: Replayed[] = []
  let next: Replayed | undefined
  const spare: Segment[] = []
  for (let number = firstSegment; number <= lastSegment; number++) {
    const file = fileOf(number)
    if (next !== undefined) spare.push(await unused(files, file, spare.at(-1) ?? next.segment))
    else {
      const replayed = await replaySegment(files, file, state, used.at(-1))
      if (replayed.end === FIRST_RECORD) next = replayed
      else used.push(replayed)
    }
  }
  const found = { state, used, next, spare }
  checkFound(folder, statePath, saved, found)
  await checkUnknown(files, statePath, names, saved, fileOf)
  return found
}

/** What the state and the log know of each other. */
function checkFound(folder: string, statePath: string, saved: SavedState, { state, used, next }: FoundLog): void {
  const { mark, firstSegment, sequence } = saved
  const last = used.at(-1)
  const number = last?.segment.number ?? 0
  if (mark.segment > number) {
    const path = next?.segment.path ?? segmentPath(folder, mark.segment)
    throw corrupt(path, `is damaged at ${FIRST_RECORD}`)
  }
  if (last !== undefined && mark.segment === number && mark.at > last.end)
    throw corrupt(last.segment.path, `is damaged at ${last.end}`)
  if (!state.isWhole) throw corrupt(segmentPath(folder, firstSegment - 1), 'is missing')
  if (used.some(({ state: known }) => known > sequence)) throw corrupt(statePath, 'has lost its end')
}

/** Writes again what is there, since what a dead process has left need not be on disk though it can be read. */
async function writeAgain(file: PlacedFile, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += CHUNK_BYTES)
    await file.write(await file.read(at, Math.min(CHUNK_BYTES, to - at)), at)
}

/**
 * Takes away, durably, what a torn write has left that could look like a record one day. What a dead process has taken
 * away so need not be on disk either, though nothing can be read of it.
 */
async function trim(files: FileLayer, { segment: { path }, behind }: Replayed): Promise<void> {
  const file = await files.openPlaced(path)
  try {
    for (const { at } of behind) await file.write(Buffer.alloc(RECORD_HEADER_BYTES), at)
  } finally {
    await file.close()
  }
  const synced = await files.open(path, 'existing')
  try {
    await synced.sync()
  } finally {
    await synced.close()
  }
}

/**
 * Makes the end of the log durable as it was found, and what follows it void.
 *
 * @returns the last segment in use, open for writing.
 */
export async function mendLog(
  files: FileLayer,
  { used, next }: FoundLog,
  { mark }: SavedState,
): Promise<PlacedFile | undefined> {
  const last = used.at(-1)
  if (next !== undefined) await trim(files, next)
  if (last === undefined) return undefined
  await trim(files, last)
  const file = await files.openPlaced(last.segment.path)
  try {
    const isMarked = mark.segment === last.segment.number && mark.at === last.end
    if (!isMarked) await writeAgain(file, last.lastWrite, last.end)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}
