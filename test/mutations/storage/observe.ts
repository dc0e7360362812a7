import { first } from '../../../lib/testing/storage-kit/environment.js'
import { isKayakError } from '../../../streams/contracts/errors.js'
import type { Opened, Storage } from '../../../streams/contracts/storage.js'
import type { LogEntry, Position } from '../../../streams/rules/entry.js'
import type { Stored, StoredSnapshot } from './model.js'

const READ_BYTES = 150

export async function readLog(storage: Storage, from: number, to: number): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = []
  for (let next = from; next <= to;) {
    const read = await first(storage.read(next, to, READ_BYTES))
    if (read.length === 0) throw new Error(`a read from ${next} gives nothing`)
    entries.push(...read)
    next += read.length
  }
  return entries
}

async function readSnapshot(storage: Storage, index: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  try {
    for (let offset = 0; ;) {
      const piece = await first(storage.readSnapshot(index, offset, READ_BYTES))
      if (piece.byteLength === 0) return Buffer.concat(pieces)
      pieces.push(piece)
      offset += piece.byteLength
    }
  } catch (error) {
    if (isKayakError(error) && error.code === 'KAYAK_COMPACTED') return undefined
    throw error
  }
}

function runsOf(entries: readonly LogEntry[]): readonly Position[] {
  return entries
    .filter(({ term }, at) => at === 0 || entries[at - 1]?.term !== term)
    .map(({ index, term }) => ({ index, term }))
}

const indexes = (entries: readonly LogEntry[]): string => entries.map(({ index }) => index).join()

/** All that a storage holds. Throws if what it says of itself when it opens is not what it holds. */
export async function observe(storage: Storage, opened: Opened, published: readonly StoredSnapshot[]): Promise<Stored> {
  const { identity, termAndVote, base, last, runs, rosters } = opened
  const entries = await readLog(storage, base.index + 1, last.index)
  if (last.index > base.index && entries.at(-1)?.term !== last.term) throw new Error('the last term is another')
  if (JSON.stringify(runs) !== JSON.stringify(runsOf(entries))) throw new Error('the runs of terms are others')
  if (indexes(rosters) !== indexes(entries.filter(({ kind }) => kind === 'roster')))
    throw new Error('the rosters are others')
  const snapshots: StoredSnapshot[] = []
  for (const { meta } of published) {
    const bytes = await readSnapshot(storage, meta.index)
    if (bytes !== undefined) snapshots.push({ meta, bytes })
  }
  const newest = snapshots.pop()
  if (newest !== undefined && opened.snapshot !== undefined) snapshots.push({ ...newest, meta: opened.snapshot })
  if ((newest === undefined) !== (opened.snapshot === undefined)) throw new Error('the newest snapshot cannot be read')
  return { identity, termAndVote, log: { base, entries }, snapshots }
}
