import { basename, join } from 'node:path'
import type { TakeTurn } from '../folder/contents.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer } from '../folder/file-layer.js'
import { LogBook, logFile } from './log-book.js'
import { refuseOthers } from '../folder/refuse-others.js'
import { isSnapshotName, SnapshotStore } from '../folder/snapshot-store.js'
import { NedbContents } from './nedb-contents.js'
import { scanLines } from './scan.js'
import { StateBook, type State } from './state-book.js'

const STATE_FILE = 'state.db'
/** Of a log, also as NeDB rewrites it, or as it is migrated. */
const LOG_NAME = /^log-\d+\.db(~|\.next)?$/

const isData = (name: string): boolean => LOG_NAME.test(name) || isSnapshotName(name)

/**
 * Opens the state, or makes it in a folder that has never held anything: it is made before all else, so if there is
 * something beside it, it was lost.
 */
async function openState(files: FileLayer, folder: string, names: readonly string[]): Promise<StateBook> {
  const path = join(folder, STATE_FILE)
  if (names.includes(STATE_FILE)) {
    const state = await StateBook.open(files, path)
    if (state !== undefined) return state
  }
  if (names.some(isData)) throw corrupt(path, names.includes(STATE_FILE) ? 'is empty' : 'is missing')
  return StateBook.create(files, path)
}

/**
 * Refuses a state that knows of no log beside one that holds something, or beside a snapshot: its end is lost. A log
 * that is empty yet is what a crash leaves of a new folder.
 */
async function checkUnused(files: FileLayer, folder: string, names: readonly string[]): Promise<void> {
  for (const name of names.filter(isData)) {
    const isEmpty = LOG_NAME.test(name) && (await scanLines(files, join(folder, name))).lines <= 1
    if (!isEmpty) throw corrupt(join(folder, STATE_FILE), `knows nothing of ${name}`)
  }
}

/** Opens the log that the state names; without one the folder has never been used, and the first is made. */
async function openLog(
  files: FileLayer,
  folder: string,
  names: readonly string[],
  state: StateBook,
  loaded: State,
): Promise<LogBook> {
  if (loaded.generation !== undefined) return LogBook.open(files, logFile(folder, loaded.generation))
  if (loaded.identity !== undefined || loaded.termAndVote.term > 0)
    throw corrupt(join(folder, STATE_FILE), 'names no log')
  await checkUnused(files, folder, names)
  const log = await LogBook.create(files, logFile(folder, 1))
  try {
    await state.save('generation', 1)
    return log
  } catch (error) {
    await log.close()
    throw error
  }
}

/** Removes what a crash has left of other generations. */
async function removeStrays(files: FileLayer, folder: string, names: readonly string[], log: string): Promise<void> {
  for (const name of names) if (LOG_NAME.test(name) && name !== basename(log)) await files.remove(join(folder, name))
}

/** Opens a locked folder, or makes what a new one needs. */
export async function openContents(
  files: FileLayer,
  folder: string,
  garbageBytes: number,
  takeTurn: TakeTurn,
): Promise<NedbContents> {
  const names = await files.list(folder)
  refuseOthers(folder, names, STATE_FILE)
  const state = await openState(files, folder, names)
  let book: LogBook | undefined
  try {
    const loaded = await state.load()
    const generation = loaded.generation ?? 1
    book = await openLog(files, folder, names, state, loaded)
    await removeStrays(files, folder, names, logFile(folder, generation))
    const snapshots = new SnapshotStore(files, folder, index => state.save('snapshotIndex', index))
    await snapshots.load(names, loaded.snapshotIndex)
    return new NedbContents(files, folder, garbageBytes, state, loaded, { generation, book }, snapshots, takeTurn)
  } catch (error) {
    await book?.close()
    await state.close()
    throw error
  }
}
