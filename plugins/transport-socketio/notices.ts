import { Subject, type Observable } from 'rxjs'
import type { Clock } from '../../streams/contracts/clock.js'
import type { TransportNotice } from '../../streams/contracts/transport.js'
import { BOUNDS } from './settings.js'

/** The most kinds of notices whose last time is remembered. */
const REMEMBERED = 1000

/** Tells what happens, later rather than within the call that causes it, and of the same thing not too often. */
export class Notices {
  readonly #notices = new Subject<TransportNotice>()
  readonly notices$: Observable<TransportNotice> = this.#notices.asObservable()
  /** By kind, when it was last told and how often it has happened since. */
  readonly #told = new Map<string, { readonly at: number; count: number }>()
  #clock: Clock | undefined

  start(clock: Clock): void {
    this.#clock = clock
  }

  tell(notice: TransportNotice): void {
    this.#clock?.schedule(() => this.#notices.next(notice))
  }

  /** Tells what may happen again and again, with how often it has happened untold since the last time. */
  tellRarely(kind: string, make: (untold: string) => TransportNotice): void {
    const now = this.#clock?.now() ?? 0
    const last = this.#told.get(kind)
    if (last !== undefined && now - last.at < BOUNDS.noticeEveryMs) {
      last.count++
      return
    }
    if (this.#told.size >= REMEMBERED) this.#told.clear()
    this.#told.set(kind, { at: now, count: 0 })
    const count = last?.count ?? 0
    this.tell(make(count === 0 ? '' : ` (and ${count} more like it before)`))
  }

  /** It is news again when it happens the next time. */
  forget(kind: string): void {
    this.#told.delete(kind)
  }

  complete(): void {
    this.#notices.complete()
  }
}
