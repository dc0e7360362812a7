import { join } from 'node:path'
import { randomHex, type Random } from '../../streams/contracts/clock.js'
import type { Opened } from '../../streams/contracts/storage.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer, PlacedFile } from '../folder/file-layer.js'
import { refuseOthers } from '../folder/refuse-others.js'
import { isSnapshotName, SnapshotStore } from '../folder/snapshot-store.js'
import { findLog, mendLog, type FoundLog } from './open-log.js'
import { FIRST_RECORD, segmentNumber, UNFINISHED } from './segment.js'
import { SegmentContents } from './segment-contents.js'
import { SegmentLog } from './segment-log.js'
import { Spares, type SpareOptions } from './spares.js'
import type { SavedState } from './state-fields.js'
import { STATE_FILE, StateFile, UNFINISHED_STATE } from './state-file.js'

const LOG_NAME_BYTES = 16

export interface ContentsOptions extends SpareOptions {
  readonly random: Pick<Random, 'bytes'>
}

const isData = (name: string): boolean => segmentNumber(name) !== undefined || isSnapshotName(name)

/** Opens the state, or makes it in a folder that has never held anything: it is made before all else. */
async function openState(
  files: FileLayer,
  folder: string,
  names: readonly string[],
  random: Pick<Random, 'bytes'>,
): Promise<StateFile> {
  if (names.includes(STATE_FILE)) return StateFile.open(files, folder)
  if (names.some(isData)) throw corrupt(join(folder, STATE_FILE), 'is missing')
  return StateFile.create(files, folder, logName(random))
}

const logName = ({ bytes }: Pick<Random, 'bytes'>): string => randomHex({ bytes, next: () => 0 }, LOG_NAME_BYTES)

/** Removes what a crash has left of segments that were dropped, or not finished. */
async function removeStrays(
  files: FileLayer,
  folder: string,
  names: readonly string[],
  { firstSegment, lastSegment }: SavedState,
): Promise<void> {
  const isStray = (name: string): boolean => {
    const number = segmentNumber(name)
    const isUnfinished = name === UNFINISHED || name === UNFINISHED_STATE
    return isUnfinished || (number !== undefined && (number < firstSegment || number > lastSegment))
  }
  for (const name of names.filter(isStray)) await files.remove(join(folder, name))
}

function openedOf(saved: SavedState, { state, used }: FoundLog, snapshots: SnapshotStore): Opened {
  const { base, last, runs } = state.shape
  return {
    identity: saved.identity,
    termAndVote: saved.termAndVote,
    snapshot: snapshots.newest,
    base,
    last,
    runs,
    rosters: state.rosters,
    bytes: used.reduce((sum, { end }) => sum + end - FIRST_RECORD, 0),
  }
}

function logOf(
  files: FileLayer,
  folder: string,
  options: SpareOptions,
  stateFile: StateFile,
  found: FoundLog,
  file: PlacedFile | undefined,
): SegmentLog {
  const unused = [...(found.next === undefined ? [] : [found.next.segment]), ...found.spare]
  const spares = new Spares(files, folder, stateFile, options, unused)
  const segments = found.used.map(({ segment, end }) => ({ ...segment, end }))
  const segment = segments.at(-1)
  const tip = file === undefined || segment === undefined ? undefined : { file, segment }
  return new SegmentLog(files, stateFile, spares, found.state, segments.slice(0, -1), tip)
}

/** Opens a locked folder, or makes what a new one needs. What is refused is left as it is. */
export async function openContents(
  files: FileLayer,
  folder: string,
  options: ContentsOptions,
): Promise<SegmentContents> {
  const names = await files.list(folder)
  refuseOthers(folder, names, STATE_FILE)
  const state = await openState(files, folder, names, options.random)
  let file: PlacedFile | undefined
  try {
    const saved = state.current
    const found = await findLog(files, folder, names, state.path, saved)
    file = await mendLog(files, found, saved)
    const log = logOf(files, folder, options, state, found, file)
    state.follow(() => log.mark)
    const snapshots = new SnapshotStore(files, folder, snapshotIndex => state.save({ snapshotIndex }))
    await snapshots.load(names, saved.snapshotIndex)
    await state.secure()
    // with how far the log is on disk now
    await state.save({})
    await removeStrays(files, folder, names, saved)
    await log.begin()
    return new SegmentContents(openedOf(saved, found, snapshots), state, log, snapshots)
  } catch (error) {
    await file?.close()
    await state.close()
    throw error
  }
}
