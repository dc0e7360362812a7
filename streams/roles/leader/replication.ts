import {
  catchError,
  exhaustMap,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  of,
  pairwise,
  startWith,
  take,
  takeWhile,
  tap,
  throwError,
  type Observable,
} from 'rxjs'
import { isCompacted } from '../../contracts/errors.js'
import { LIMITS } from '../../contracts/limits.js'
import type { AppendReply } from '../../contracts/messages/index.js'
import { pump } from '../../operators/pump.js'
import type { Replica } from '../../replica/replica.js'
import { agreeableBefore } from '../../rules/fit.js'
import { entryBytes, type LogEntry } from '../../rules/entry.js'
import { answered, inFlightBytes, maySend, refused, type PipelineLimits, type Progress } from '../../rules/progress.js'
import { needsSnapshot } from '../../rules/retention.js'
import type { RosterMember } from '../../rules/roster.js'
import type { Received } from '../../sources/inbound.js'
import { current$ } from '../terms.js'
import type { Leadership } from './leadership.js'
import { sendSnapshot$ } from './snapshots.js'

/** Asked for each time, since a test may lower it. */
const pipeline = (): PipelineLimits => ({ messages: LIMITS.pipelineMessages, bytes: LIMITS.pipelineBytes })

/** A member that is sent no more for now: it is told of where that is for what its disk hasn't got, and not for a probe. */
function tellIfFull({ parts: { budgets } }: Replica, id: string, progress: Progress): void {
  const { messages, bytes } = pipeline()
  const used = inFlightBytes(progress)
  const count = progress.inFlight.length
  if (used >= bytes) budgets.over('in-flight', used, bytes, { member: id })
  else if (count >= messages) budgets.over('in-flight', count, messages, { member: id, unit: 'count' })
}

/** Where the entries begin that may go to a member now, if any may. */
function nextIndex(leadership: Leadership, { id }: RosterMember): number | undefined {
  const { replica } = leadership
  const { log } = replica.parts
  const progress = leadership.progressOf(id)
  if (progress === undefined || progress.next > log.last.index) return undefined
  if (!maySend(progress, pipeline())) {
    tellIfFull(replica, id, progress)
    return undefined
  }
  return needsSnapshot(progress.next, log.shape.base.index, replica.snapshot?.index ?? 0) ? undefined : progress.next
}

/** What was read at once, as it is sent. */
function batchesOf(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const batches: LogEntry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    bytes += entryBytes(entry)
    if (bytes > LIMITS.batchBytes) {
      batches.push([])
      bytes = entryBytes(entry)
    }
    batches.at(-1)?.push(entry)
  }
  return batches
}

/** The next entries for a member, from memory at once or from disk; none if nothing may go out now. */
function nextEntries(
  leadership: Leadership,
  member: RosterMember,
): readonly LogEntry[] | Observable<readonly LogEntry[]> {
  const { log } = leadership.replica.parts
  const next = nextIndex(leadership, member)
  if (next === undefined) return []
  const { index: last } = log.last
  return (
    log.cached(next, last, LIMITS.batchBytes) ??
    log.read(next, last, LIMITS.readBytes).pipe(
      mergeMap(batchesOf),
      catchError((error: unknown) => (isCompacted(error) ? of([]) : throwError(() => error))),
    )
  )
}

/** Sends a member what it lacks, in batches, several under way at once (section 10.2.2). */
const entriesTo$ = (leadership: Leadership, member: RosterMember, settled$: Observable<unknown>): Observable<unknown> =>
  settled$.pipe(
    filter(() => nextIndex(leadership, member) !== undefined),
    pump(() => nextEntries(leadership, member)),
    tap(entries => {
      if (entries[0]?.index === nextIndex(leadership, member)) leadership.sendEntries(member, entries)
    }),
  )

/**
 * Emits once a member hasn't been told of a commit for a moment, for want of entries to go with. One timer looks after
 * all commits that follow each other, and no turn is taken for those that went with entries.
 *
 * ```
 *  commit   1--2--3--------
 *  entries  -e--e----------
 *  timer    ----t---t---t
 *  result   ------------3      1 and 2 went with the entries
 * ```
 */
function untold$(leadership: Leadership, member: RosterMember): Observable<unknown> {
  const { id } = member
  const tellable = (): number => leadership.tellable(id)
  return interval(LIMITS.commitNoticeMs, leadership.replica.parts.clock).pipe(
    map(tellable),
    startWith(tellable()),
    pairwise(),
    takeWhile(() => leadership.knows(member) && leadership.isBehind(id)),
    filter(([due]) => !leadership.hasTold(id, due)),
    take(1),
  )
}

/**
 * Tells a member that more has committed, where no entries do: at once if it waits for that, else after a moment or
 * two, in which entries may come that say so too.
 *
 * ```
 *  commit   1---2--------3----
 *  awaited  1------------3----
 *  entries  ----e-------------
 *  told     1----------------3    2 went with the entries
 * ```
 */
function commitsTo$(leadership: Leadership, member: RosterMember, settled$: Observable<unknown>): Observable<unknown> {
  const { inbox } = leadership.replica.parts
  const awaited$ = settled$.pipe(filter(() => leadership.isAwaited(member.id)))
  const late$ = settled$.pipe(
    filter(() => leadership.isBehind(member.id)),
    exhaustMap(() => untold$(leadership, member)),
    inbox.enter(),
    // what takes its turn before may have told it
    filter(() => leadership.isBehind(member.id)),
  )
  return merge(awaited$, late$).pipe(tap(() => leadership.sendHeartbeat(member)))
}

/** All that goes to one member, for as long as it is one in this incarnation. */
function replicateTo$(leadership: Leadership, member: RosterMember): Observable<unknown> {
  const settled$ = leadership.replica.parts.inbox.settled$.pipe(takeWhile(() => leadership.knows(member)))
  return merge(
    entriesTo$(leadership, member, settled$),
    commitsTo$(leadership, member, settled$),
    sendSnapshot$(leadership, member, settled$),
  )
}

function takeAnswer(leadership: Leadership, { from, message: reply }: Received<AppendReply>): void {
  const { shape } = leadership.replica.parts.log
  const now = leadership.replica.parts.clock.now()
  leadership.update(from.id, progress => {
    const after = answered(progress, now, reply)
    if (reply.fits) return after
    return refused(after, reply.refusedIndex, agreeableBefore(shape, reply.hintIndex, reply.hintTerm).index)
  })
}

/** What members say that they hold; answers to an earlier incarnation count for nothing. */
const answers$ = (leadership: Leadership): Observable<unknown> =>
  current$(leadership.replica, 'append-reply').pipe(
    filter(({ from, message: { incarnation } }) => leadership.knows({ id: from.id, incarnation })),
    tap(received => takeAnswer(leadership, received)),
  )

/** Says for as long as it leads what memory must keep for members. */
const unsent$ = (leadership: Leadership): Observable<unknown> =>
  leadership.replica.parts.inbox.settled$.pipe(
    tap(() => (leadership.replica.unsentFrom = leadership.unsentFrom)),
    finalize(() => (leadership.replica.unsentFrom = Infinity)),
  )

/** What one member is sent in a turn, others may be too, and nobody after it. */
const encodings$ = (leadership: Leadership): Observable<unknown> =>
  leadership.replica.parts.inbox.flush$.pipe(tap(() => leadership.encodings.clear()))

/**
 * Replication: what members answer, what commits by it, and what they are sent next, once the events of a turn have
 * settled, so that entries of one turn go out together.
 */
export function replication$(leadership: Leadership): Observable<never> {
  const { inbox, disk } = leadership.replica.parts
  const peers$ = merge(of(undefined), inbox.settled$).pipe(
    map(() => leadership.meet()),
    filter(fresh => fresh.length > 0),
    mergeMap(fresh => fresh),
    mergeMap(member => replicateTo$(leadership, member)),
  )
  const commitment$ = merge(answers$(leadership), disk.wrote$).pipe(map(() => leadership.advance()))
  return merge(commitment$, peers$, unsent$(leadership), encodings$(leadership)).pipe(ignoreElements())
}
