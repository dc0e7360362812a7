import { defer, type Observable } from 'rxjs'
import type { SnapshotWriter, Storage } from '../../streams/contracts/storage'

/** A storage that says what it is asked to do with its log, its records and its snapshots, when that begins. */
export function journaled(storage: Storage, note: (what: string) => void): Storage {
  const noted = <T>(what: string, work: () => Observable<T>): Observable<T> =>
    defer(() => {
      note(what)
      return work()
    })
  return {
    open: () => storage.open(),
    saveIdentity: identity => noted(`identity ${identity.standing}`, () => storage.saveIdentity(identity)),
    saveTermAndVote: record =>
      noted(`vote ${record.term} ${record.vote ?? '-'}`, () => storage.saveTermAndVote(record)),
    append: entries =>
      noted(`append ${entries[0]?.index ?? ''}-${entries.at(-1)?.index ?? ''}`, () => storage.append(entries)),
    truncate: from => noted(`truncate ${from}`, () => storage.truncate(from)),
    compact: until => noted(`compact ${until.index}:${until.term}`, () => storage.compact(until)),
    read: (from, to, maxBytes) => noted(`read ${from}-${to}`, () => storage.read(from, to, maxBytes)),
    createSnapshot: draft => {
      const writer = storage.createSnapshot(draft)
      const noting: SnapshotWriter = {
        write: chunk => writer.write(chunk),
        publish: () => noted(`publish ${draft.index}`, () => writer.publish()),
        discard: () => noted(`discard ${draft.index}`, () => writer.discard()),
      }
      return noting
    },
    readSnapshot: (index, offset, maxBytes) => storage.readSnapshot(index, offset, maxBytes),
    dropSnapshots: keep => noted(`drop all but ${keep.join(' ')}`, () => storage.dropSnapshots(keep)),
    close: () => storage.close(),
  }
}
