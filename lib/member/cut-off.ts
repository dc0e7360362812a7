import { AsyncSubject, map, type Observable } from 'rxjs'
import { KayakError, type Outcome } from '../../streams/contracts/errors.js'

/** How a member was stopped. */
export interface Stop {
  readonly code: 'KAYAK_STOPPED' | 'KAYAK_REMOVED'
  readonly why: string
  readonly cause: KayakError | undefined
}

/** The end of a member, for those that wait for its disk: no answer gets to them any more. */
export class CutOff {
  private readonly stop = new AsyncSubject<Stop>()

  now(stop: Stop): void {
    this.stop.next(stop)
    this.stop.complete()
  }

  /** Emits nothing, and errors when the member is stopped, at once if it has been: for `takeUntil`. */
  fails$(what: string, outcome: Outcome): Observable<never> {
    return this.stop.pipe(
      map(({ code, why, cause }) => {
        throw new KayakError(code, `${what} ${why}`, { outcome, cause })
      }),
    )
  }
}
