import { firstValueFrom, lastValueFrom, type Observable } from 'rxjs'
import { KayakError } from '../streams/contracts/errors.js'
import { LIMITS } from '../streams/contracts/limits.js'
import type { Identity, Opened, SnapshotMeta, Storage } from '../streams/contracts/storage.js'
import type { LogEntry } from '../streams/rules/entry.js'
import { differenceOf, sameEntries } from './compare-storages.js'

/** What was moved. */
export interface Moved {
  /** Whose it is: the member stays the same. */
  readonly id: string
  /** The first and the last index of the log, which is empty where the first is behind the last. */
  readonly from: number
  readonly to: number
  /** The index of the newest snapshot. */
  readonly snapshotIndex: number | undefined
}

const first = <T>(work$: Observable<T>): Promise<T> => firstValueFrom(work$)
const done = (work$: Observable<never>): Promise<void> => lastValueFrom(work$, { defaultValue: undefined })

const invalid = (why: string): KayakError => new KayakError('KAYAK_INVALID', `The storage can't be moved: ${why}.`)

/** A storage, open. */
interface Open {
  readonly storage: Storage
  readonly opened: Opened
}

/**
 * Moves a member, which must not be running, from one storage to another: its identity, term and vote, newest snapshot
 * and log, a part at a time. What has arrived is read again and compared; then the old storage is marked, so that it
 * isn't started any more, and after that the new one goes on as the member.
 *
 * Never do both start. If it is cut short the old one does, and once that is marked none, until it is called again with
 * the same two: it begins anew, or finishes. Remove the old files when it has resolved.
 *
 * ```ts
 * await moveStorage(nedbStorage({ dataDir: 'data/a' }), segmentStorage({ dataDir: 'data/a-segments' }))
 * ```
 *
 * @param from - holds a member that has been let into its cluster. It is opened, and closed at the end.
 * @param to - is empty, or was left by an earlier attempt. The same.
 * @throws {@link KayakError} `KAYAK_INVALID` if there is nothing to move or `to` holds something else, `KAYAK_MOVED` if it
 * was moved elsewhere, `KAYAK_LEFT`, `KAYAK_REMOVED`, `KAYAK_CORRUPT` if what was copied is not what is read again, and
 * what opening a storage fails with.
 */
export async function moveStorage(from: Storage, to: Storage): Promise<Moved> {
  const source = { storage: from, opened: await first(from.open()) }
  try {
    const target = { storage: to, opened: await first(to.open()) }
    return await move(source, target)
  } finally {
    await Promise.allSettled([done(from.close()), done(to.close())])
  }
}

async function move(source: Open, target: Open): Promise<Moved> {
  const identity = identityOf(source.opened)
  const isMarked = identity.standing === 'moved'
  checkTarget(identity, target.opened, isMarked)
  if (target.opened.identity?.standing !== 'member') {
    const copied = isMarked ? target : await copy(source, target, identity)
    await checkCopy(source, copied)
    if (!isMarked) await done(source.storage.saveIdentity({ ...identity, standing: 'moved' }))
    await done(copied.storage.saveIdentity({ ...identity, standing: 'member' }))
  }
  const { base, last, snapshot } = source.opened
  return { id: identity.memberId, from: base.index + 1, to: last.index, snapshotIndex: snapshot?.index }
}

/** Whom a storage is of, if that can be moved. */
function identityOf({ identity }: Opened): Identity {
  if (identity === undefined) throw invalid('it holds no member')
  switch (identity.standing) {
    case 'left':
      throw new KayakError('KAYAK_LEFT', 'The member of this storage has left its cluster.')
    case 'removed':
      throw new KayakError('KAYAK_REMOVED', 'The member of this storage was removed.')
    case 'founding':
    case 'joining':
    case 'moving':
      throw invalid('its member has not arrived in it yet')
    default:
      return identity
  }
}

/** The other one is empty, or what an earlier attempt has left; finished, where the old one is marked. */
function checkTarget({ memberId }: Identity, opened: Opened, isMarked: boolean): void {
  const there = opened.identity
  const isSame = there?.memberId === memberId
  if (isMarked && !isSame) throw new KayakError('KAYAK_MOVED', 'The member of this storage was moved to another one.')
  if (isSame && isMarked) return checkFinished(there.standing)
  if (isSame && there.standing === 'moving') return
  const isEmpty = opened.last.index === 0 && opened.snapshot === undefined && opened.termAndVote.term === 0
  if (there !== undefined || !isEmpty) throw invalid('the other one holds something')
}

/** What was moved here goes on here, unless it has gone on elsewhere since, or is no member any more. */
function checkFinished(standing: Identity['standing']): void {
  switch (standing) {
    case 'moved':
      throw new KayakError(
        'KAYAK_MOVED',
        'The member was moved on from the other storage, and is not in either any more.',
      )
    case 'left':
      throw new KayakError('KAYAK_LEFT', 'The member has left its cluster since it was moved.')
    case 'removed':
      throw new KayakError('KAYAK_REMOVED', 'The member was removed since it was moved.')
    default:
  }
}

/** Copies all there is into a storage that says that it isn't whole yet, and opens that again. */
async function copy({ storage: from, opened }: Open, { storage: to, opened: there }: Open, identity: Identity) {
  await done(to.saveIdentity({ ...identity, standing: 'moving' }))
  await done(to.saveTermAndVote(opened.termAndVote))
  await copySnapshot(from, to, opened.snapshot, there.snapshot)
  // what an earlier attempt has left
  await done(to.truncate(there.base.index + 1))
  await done(to.compact(opened.base))
  for (let next = opened.base.index + 1; next <= opened.last.index;) {
    const entries = await first(from.read(next, opened.last.index, LIMITS.readBytes))
    await done(to.append(entries))
    next += entries.length
  }
  await done(to.close())
  return { storage: to, opened: await first(to.open()) }
}

async function copySnapshot(
  from: Storage,
  to: Storage,
  meta: SnapshotMeta | undefined,
  there: SnapshotMeta | undefined,
): Promise<void> {
  // one that an earlier attempt has brought is compared as all is
  if (meta === undefined || meta.index === there?.index) return
  const { bytes, checksum: _, ...draft } = meta
  const writer = to.createSnapshot(draft)
  for (let at = 0; at < bytes;) {
    const chunk = await first(from.readSnapshot(meta.index, at, LIMITS.snapshotChunkBytes))
    await done(writer.write(chunk))
    at += chunk.byteLength
  }
  await first(writer.publish())
  await done(to.dropSnapshots([]))
}

/** Reads both, and refuses what isn't the same. */
async function checkCopy({ storage: from, opened }: Open, { storage: to, opened: there }: Open): Promise<void> {
  const difference = differenceOf(opened, there) ?? (await differenceWithin(from, to, opened))
  if (difference === undefined) return
  const what = `What was moved is not what was there: ${difference}.`
  throw new KayakError('KAYAK_CORRUPT', what, { file: difference })
}

async function differenceWithin(from: Storage, to: Storage, { base, last, snapshot }: Opened) {
  for (let next = base.index + 1; next <= last.index;) {
    const entries = await first(from.read(next, last.index, LIMITS.readBytes))
    if (!(await holds(to, entries))) return 'log'
    next += entries.length
  }
  for (let at = 0; snapshot !== undefined && at < snapshot.bytes;) {
    const chunk = await first(from.readSnapshot(snapshot.index, at, LIMITS.snapshotChunkBytes))
    const other = await first(to.readSnapshot(snapshot.index, at, chunk.byteLength))
    if (Buffer.compare(chunk, other) !== 0) return 'snapshot'
    at += chunk.byteLength
  }
  return undefined
}

async function holds(storage: Storage, entries: readonly LogEntry[]): Promise<boolean> {
  const to = entries.at(-1)?.index ?? 0
  for (let at = 0; at < entries.length;) {
    const read = await first(storage.read(entries[at]?.index ?? 0, to, LIMITS.readBytes))
    if (!sameEntries(read, entries.slice(at, at + read.length))) return false
    at += read.length
  }
  return true
}
