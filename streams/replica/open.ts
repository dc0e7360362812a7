import { concat, defer, forkJoin, map, of, switchMap, throwError, type Observable } from 'rxjs'
import { KayakError } from '../contracts/errors.js'
import { decodeRoster } from '../contracts/roster-codec.js'
import type { Opened, SnapshotMeta, Storage } from '../contracts/storage.js'
import { ORIGIN } from '../rules/entry.js'
import { rosterInForce, sinceSnapshot, type RosterHistory } from '../rules/roster-history.js'
import { hasGap, hasLostTerm, reconcile, type Reconciled } from '../rules/recovery.js'
import type { Roster } from '../rules/roster.js'
import { SessionTable } from './sessions.js'
import { readWhole$ } from './snapshot-reader.js'

/** What a member finds when it opens, made consistent: the log follows the snapshot, or begins where it ends. */
export interface Recovered extends Reconciled {
  readonly opened: Opened
  readonly rosters: RosterHistory
  readonly sessions: SessionTable
  /** The time of the last entry, so that time doesn't go back. */
  readonly lastTime: number
}

const rosterHistory = ({ rosters, snapshot }: Opened, discard: boolean): RosterHistory => {
  const inLog = discard ? [] : rosters.map(({ payload, index }) => ({ ...decodeRoster(payload), index }))
  return snapshot === undefined ? inLog : sinceSnapshot(inLog, snapshot.roster, snapshot.index)
}

const sessionsOf = (storage: Storage, snapshot: SnapshotMeta | undefined): Observable<SessionTable> =>
  snapshot === undefined
    ? of(new SessionTable())
    : readWhole$(storage, snapshot.index, snapshot.sessionBytes).pipe(map(bytes => SessionTable.decode(bytes)))

const lastTimeOf = (storage: Storage, { snapshot }: Opened, { shape }: Reconciled): Observable<number> => {
  const { base, last } = shape
  if (last.index === base.index) return of(snapshot?.time ?? 0)
  return storage.read(last.index, last.index, 1).pipe(map(([entry]) => Math.max(entry?.time ?? 0, snapshot?.time ?? 0)))
}

/** Cuts what a crash has left behind a snapshot, durably, before anything else is written. */
const mend = (storage: Storage, { snapshot, last }: Opened, discard: boolean): Observable<never>[] => {
  if (!discard || snapshot === undefined) return []
  const cut = defer(() => storage.truncate(snapshot.index))
  const rebase = defer(() => storage.compact({ index: snapshot.index, term: snapshot.term }))
  return last.index >= snapshot.index ? [cut, rebase] : [rebase]
}

/** How a log and a snapshot go together. */
const reconciledOf = ({ base, last, runs, snapshot }: Opened): Reconciled =>
  snapshot === undefined ? { shape: { base, last, runs }, discard: false } : reconcile({ base, last, runs }, snapshot)

/** The roster in force that a storage holds, before anything is mended. */
export const rosterOnDisk = (opened: Opened): Roster =>
  rosterInForce(rosterHistory(opened, reconciledOf(opened).discard))

/** Reads what a storage holds, and mends what a crash between two writes may have left. */
export function recover$(storage: Storage, opened: Opened): Observable<Recovered> {
  const { base, last, runs, snapshot } = opened
  const shape = { base, last, runs }
  if (hasGap(shape, snapshot ?? ORIGIN)) {
    const gap = `The log begins behind entry ${base.index}, and no snapshot reaches so far.`
    return throwError(() => new KayakError('KAYAK_CORRUPT', gap, { file: 'log' }))
  }
  if (hasLostTerm(shape, opened.termAndVote.term)) {
    const lost = `The log reaches to term ${last.term}, the record of terms and votes only to ${opened.termAndVote.term}.`
    return throwError(() => new KayakError('KAYAK_CORRUPT', lost, { file: 'state' }))
  }
  const reconciled = reconciledOf(opened)
  return concat(
    ...mend(storage, opened, reconciled.discard),
    defer(() => forkJoin([sessionsOf(storage, snapshot), lastTimeOf(storage, opened, reconciled)])).pipe(
      map(([sessions, lastTime]) => {
        const rosters = rosterHistory(opened, reconciled.discard)
        return { ...reconciled, opened, rosters, sessions, lastTime }
      }),
    ),
  )
}

/** {@link recover$} of a storage that is still to be opened. */
export const open$ = (storage: Storage): Observable<Recovered> =>
  storage.open().pipe(switchMap(opened => recover$(storage, opened)))
