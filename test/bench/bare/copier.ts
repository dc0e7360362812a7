import { Subject } from 'rxjs'
import { LIMITS } from '../../../streams/contracts/limits'
import type { Storage } from '../../../streams/contracts/storage'
import type { LogEntry } from '../../../streams/rules/entry'

/** Entries that one write takes at most: about as many bytes as one of kayak's. */
const MOST_ENTRIES = 4096
/** For members that lag a little. */
const KEPT_ENTRIES = LIMITS.tailEntries

/** One copy of a log: writes one after another, each of what has come by then, and cuts off what is long past. */
export class Copier {
  private waiting: readonly LogEntry[] = []
  private isWriting = false
  private cut = 0
  private readonly wrote = new Subject<number>()
  /** Up to where it is durable. */
  readonly durable$ = this.wrote.asObservable()

  constructor(
    private readonly storage: Storage,
    private readonly compactEntries: number,
  ) {}

  append(entries: readonly LogEntry[]): void {
    this.waiting = this.waiting.concat(entries)
    if (!this.isWriting) this.write()
  }

  private write(): void {
    const entries = this.waiting.slice(0, MOST_ENTRIES)
    const last = entries.at(-1)
    this.isWriting = last !== undefined
    if (last === undefined) return
    this.waiting = this.waiting.slice(MOST_ENTRIES)
    this.storage.append(entries).subscribe({
      complete: () => {
        this.wrote.next(last.index)
        this.compact(last.index)
      },
    })
  }

  /** Keeps as much behind a cut as a member of kayak does. */
  private compact(durable: number): void {
    if (this.compactEntries === 0 || durable < this.cut + KEPT_ENTRIES + this.compactEntries) return this.write()
    this.cut = durable - KEPT_ENTRIES
    this.storage.compact({ index: this.cut, term: 1 }).subscribe({ complete: () => this.write() })
  }
}
