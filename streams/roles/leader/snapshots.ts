import {
  catchError,
  concat,
  defer,
  EMPTY,
  endWith,
  exhaustMap,
  expand,
  filter,
  finalize,
  ignoreElements,
  last,
  map,
  merge,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { Observable } from 'rxjs'
import { isCompacted } from '../../contracts/errors.js'
import { LIMITS } from '../../contracts/limits.js'
import { InstallSnapshot, message, type SnapshotReply } from '../../contracts/messages/index.js'
import { encodeRoster } from '../../contracts/roster-codec.js'
import type { SnapshotMeta } from '../../contracts/storage.js'
import { cutBehind } from '../../replica/cut.js'
import type { Replica } from '../../replica/replica.js'
import { afterSnapshot, answered, awaitingSnapshot, type Progress } from '../../rules/progress.js'
import { needsSnapshot } from '../../rules/retention.js'
import type { RosterMember } from '../../rules/roster.js'
import { isRecent } from '../../rules/timing.js'
import { current$ } from '../terms.js'
import type { Leadership } from './leadership.js'

function send(
  { replica, term }: Leadership,
  member: RosterMember,
  meta: SnapshotMeta,
  offset: number,
  data: Uint8Array,
) {
  const { index, time, sessionBytes, bytes, checksum } = meta
  const which = {
    index,
    snapshotTerm: meta.term,
    time,
    roster: encodeRoster(meta.roster),
    sessionBytes,
    bytes,
    checksum,
  }
  const { incarnation } = member
  replica.send(member, message(InstallSnapshot, { term, incarnation, ...which, offset, data }))
}

/** What a member acknowledges of a snapshot, in this incarnation. */
const replies$ = ({ replica }: Leadership, { id, incarnation }: RosterMember, meta: SnapshotMeta) =>
  current$(replica, 'snapshot-reply').pipe(
    filter(
      ({ from, message: reply }) => from.id === id && reply.incarnation === incarnation && reply.index === meta.index,
    ),
    map(({ message: reply }) => reply),
  )

/** Those who are being sent snapshots, and answer: who doesn't is in nobody's way. */
function busy(leadership: Leadership): readonly string[] {
  const { clock } = leadership.replica.parts
  const limitMs = 2 * leadership.replica.electionTimeoutMs
  return [...leadership.transfers].filter(id => isRecent(leadership.heardAt(id), clock.now(), limitMs))
}

/** Whether a member is one of those that may be sent snapshots at once; one whose place was taken waits for another. */
function hasPlace(leadership: Leadership, { id }: RosterMember): boolean {
  const ahead = [...leadership.transfers].slice(0, [...leadership.transfers].indexOf(id))
  return busy(leadership).filter(other => ahead.includes(other)).length < LIMITS.snapshotTransfers
}

/** How long so many bytes have to wait, since all snapshots together take no more than they may. */
function paced({ parts: { pace, budgets } }: Replica, bytes: number): number {
  const waitMs = pace.wait(bytes)
  const { bytesPerSecond } = pace
  const used = bytesPerSecond + Math.ceil((bytesPerSecond * waitMs) / 1000)
  if (waitMs > 0) budgets.over('snapshot-pace', used, bytesPerSecond, { unit: 'bytes-per-second' })
  return waitMs
}

/**
 * When so many bytes may go: once there is a place and the pace allows, and again each time that nothing has come of it
 * within a timeout.
 */
function turns$(leadership: Leadership, member: RosterMember, bytes: number): Observable<unknown> {
  const { replica } = leadership
  const { clock } = replica.parts
  const turn$: Observable<unknown> = defer(() =>
    hasPlace(leadership, member)
      ? timer(paced(replica, bytes), clock)
      : timer(replica.heartbeatMs, clock).pipe(switchMap(() => turn$)),
  )
  return turn$.pipe(expand(() => timer(replica.electionTimeoutMs, clock).pipe(switchMap(() => turn$))))
}

/** Sends the chunk at an offset, once the pace allows, until it is acknowledged, and emits the acknowledgement: one that asks for another. */
function chunk$(
  leadership: Leadership,
  member: RosterMember,
  meta: SnapshotMeta,
  offset: number,
): Observable<SnapshotReply> {
  const { replica } = leadership
  const { storage, inbox, pace } = replica.parts
  const most = Math.min(LIMITS.snapshotChunkBytes, pace.bytesPerSecond)
  return storage.readSnapshot(meta.index, offset, most).pipe(
    inbox.enter(),
    switchMap(data =>
      merge(
        turns$(leadership, member, data.byteLength).pipe(
          inbox.enter(),
          tap(() => send(leadership, member, meta, offset, data)),
          ignoreElements(),
        ),
        replies$(leadership, member, meta).pipe(filter(reply => reply.installed || reply.offset !== offset)),
      ),
    ),
    take(1),
  )
}

/** Sends a whole snapshot, chunk by chunk, and emits once it has been installed (section 5.3). */
function transfer$(leadership: Leadership, member: RosterMember, meta: SnapshotMeta): Observable<SnapshotReply> {
  return chunk$(leadership, member, meta, 0).pipe(
    expand(reply => (reply.installed ? EMPTY : chunk$(leadership, member, meta, reply.offset))),
    last(),
  )
}

function begin(leadership: Leadership, member: RosterMember, meta: SnapshotMeta): void {
  const { replica } = leadership
  const { appendedBytes } = replica.parts.log
  replica.pins = new Map(replica.pins).set(member.id, { index: meta.index, appendedBytes })
  // behind it those whose place it takes
  const answering = busy(leadership)
  const silent = [...leadership.transfers].filter(id => !answering.includes(id))
  leadership.transfers = new Set([...answering, member.id, ...silent])
  leadership.update(member.id, awaitingSnapshot)
}

/** Whether another member may be sent a snapshot. */
function mayBegin(leadership: Leadership, member: RosterMember): boolean {
  const { length } = busy(leadership)
  if (length < LIMITS.snapshotTransfers) return true
  leadership.replica.parts.budgets.over('transfers', length, LIMITS.snapshotTransfers, { member: member.id })
  return false
}

function end(leadership: Leadership, member: RosterMember): void {
  const { replica } = leadership
  replica.pins = new Map([...replica.pins].filter(([id]) => id !== member.id))
  cutBehind(replica)
}

function arrived(leadership: Leadership, member: RosterMember, meta: SnapshotMeta): void {
  const { replica } = leadership
  const now = replica.parts.clock.now()
  const held = { round: 0, match: meta.index, verified: meta.index }
  leadership.update(member.id, progress => answered(progress, now, held))
  replica.tell({ type: 'snapshot-sent', to: member.id, index: meta.index, bytes: meta.bytes })
}

/** The snapshot that a member needs, where the log no longer has what it lacks. */
function needed({ replica }: Leadership, progress: Progress | undefined): SnapshotMeta | undefined {
  const { snapshot, parts } = replica
  if (progress === undefined || snapshot === undefined) return undefined
  return needsSnapshot(progress.next, parts.log.shape.base.index, snapshot.index) ? snapshot : undefined
}

/** Whether a member lives on what is kept for it: it lacks what a newer snapshot than its own holds. */
function catchesUp(leadership: Leadership, id: string): boolean {
  const progress = leadership.progressOf(id)
  const newest = leadership.replica.snapshot?.index ?? 0
  return progress !== undefined && progress.match < newest && needed(leadership, progress) === undefined
}

/**
 * Sends a member the newest snapshot whenever it needs what the log no longer has. What follows it is kept meanwhile,
 * and until the member has come as far as a newer one: it would be sent one after another for ever otherwise.
 *
 * ```
 *  member   -n------------------    n: needs one
 *  chunks   --[0 1 2]-----------
 *  entries  ----------[e e e]---
 *  kept     --[               )-
 * ```
 */
export function sendSnapshot$(
  leadership: Leadership,
  member: RosterMember,
  settled$: Observable<unknown>,
): Observable<unknown> {
  const gone$ = settled$.pipe(ignoreElements(), endWith(undefined))
  const catchingUp$ = settled$.pipe(takeWhile(() => catchesUp(leadership, member.id)))
  return settled$.pipe(
    map(() => needed(leadership, leadership.progressOf(member.id))),
    filter(meta => meta !== undefined),
    exhaustMap(meta => {
      if (!mayBegin(leadership, member)) return EMPTY
      begin(leadership, member, meta)
      const sent$ = transfer$(leadership, member, meta).pipe(
        takeUntil(gone$),
        // a newer one has taken its place on disk: that is sent next
        catchError((error: unknown) => (isCompacted(error) ? EMPTY : throwError(() => error))),
        tap({
          next: () => arrived(leadership, member, meta),
          finalize: () => (leadership.transfers = new Set([...leadership.transfers].filter(id => id !== member.id))),
          complete: () => leadership.update(member.id, progress => afterSnapshot(progress, progress.next)),
        }),
      )
      return concat(sent$, catchingUp$).pipe(finalize(() => end(leadership, member)))
    }),
  )
}
