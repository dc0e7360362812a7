import { catchError, filter, ignoreElements, merge, of, tap, throwError, type Observable } from 'rxjs'
import { isCompacted } from '../contracts/errors.js'
import { LIMITS } from '../contracts/limits.js'
import { pump } from '../operators/pump.js'
import type { LogEntry } from '../rules/entry.js'
import type { Replica } from '../replica/replica.js'

/** Whether an entry is one that consumers see; a duplicate or a forgotten one is not. */
function apply(replica: Replica, entry: LogEntry): boolean {
  replica.apply(entry)
  if (entry.kind !== 'data') return false
  const { sessions } = replica
  const knew = sessions.hasForgottenUndated
  const applied = sessions.apply(entry)
  if (sessions.hasForgottenUndated !== knew) replica.tell({ type: 'names-forgotten' })
  if (applied === 'first') return true
  replica.duplicates.add(entry.index)
  return false
}

/** What comes next of what has committed; nothing where an installed snapshot has overtaken what was being read. */
function next(replica: Replica): readonly LogEntry[] | Observable<readonly LogEntry[]> {
  const { log } = replica.parts
  const first = replica.applied + 1
  if (first > replica.commit) return []
  return (
    log.cached(first, replica.commit, LIMITS.readBytes) ??
    log
      .read(first, replica.commit, LIMITS.readBytes)
      .pipe(
        catchError((error: unknown) =>
          isCompacted(error) && replica.applied >= first ? of([]) : throwError(() => error),
        ),
      )
  )
}

/** Lets memory go of what nobody needs any more, at the end of each turn: by then all is sent that can be. */
const forgetting$ = (replica: Replica): Observable<never> =>
  replica.parts.inbox.flush$.pipe(
    tap(() => {
      const { log, budgets } = replica.parts
      const bytes = log.forget(replica.applied, replica.commit, replica.unsentFrom)
      if (bytes > 0) budgets.over('unapplied', bytes, LIMITS.unappliedBytes)
    }),
    ignoreElements(),
  )

/**
 * Applies what has committed, entry by entry, and emits those that consumers see. Entries that memory has are applied
 * when the batch that committed them has settled; older ones are read from disk.
 *
 * ```
 *  commit   2----5------
 *  result   12---3-5----    4 was a duplicate
 * ```
 */
export function applyCommitted$(replica: Replica, emit: (entry: LogEntry) => void, settle: (entry: LogEntry) => void) {
  const { inbox } = replica.parts
  const applied$ = inbox.settled$.pipe(
    filter(() => replica.applied < replica.commit),
    pump(() => next(replica)),
    tap(entries => {
      for (const entry of entries) {
        if (entry.index !== replica.applied + 1) continue
        if (apply(replica, entry)) emit(entry)
        settle(entry)
      }
    }),
  )
  return merge(applied$, forgetting$(replica))
}
