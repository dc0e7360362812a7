import { of, Subject } from 'rxjs'
import type { AppendOptions, Compaction, Entry, MachineHost, ReadLevel, Snapshot } from 'kayak'
import { entryOf } from '../streams/entries.js'
import { text } from '../streams/operators/seen.js'

/** A host whose commits get to a machine when a test says so. What is appended commits at once. */
export class SlowHost implements MachineHost<string> {
  readonly entries = new Subject<Entry<string>>()
  readonly compactions = new Subject<Compaction>()
  readonly compaction$ = this.compactions
  readonly acknowledged: (readonly [number, string | undefined])[] = []
  readonly forgotten: (string | undefined)[] = []
  readonly listening: (number | undefined)[] = []
  newest: Snapshot | undefined
  last = 0
  readonly given: (AppendOptions | undefined)[] = []
  private readonly named = new Map<unknown, Entry<string>>()

  readonly sync = {
    ack: (index: number, name?: string): void => void this.acknowledged.push([index, name]),
    forget: (name?: string): void => void this.forgotten.push(name),
  }

  readonly log: MachineHost<string>['log'] = {
    append: async (command, options) => {
      this.given.push(options)
      await Promise.resolve()
      const entry = this.named.get(options?.id) ?? entryOf(++this.last, command)
      if (options?.id !== undefined) this.named.set(options.id, entry)
      return entry
    },
    listen: from => {
      this.listening.push(from)
      return this.entries
    },
    snapshot: async () => Promise.resolve(this.newest),
  }

  read<R>(query: (index: number) => R | Promise<R>, level?: ReadLevel): Promise<R> {
    return Promise.resolve().then(() => query(level === 'stale' ? 0 : this.last))
  }

  /** What is in the log, to the machine. */
  show(index: number, command: string): void {
    this.entries.next(entryOf(index, command))
  }

  /** A snapshot takes the place of all up to an index. */
  install(index: number, state: string): void {
    this.newest = { index, term: 1, bytes: state.length, chunks$: of(text(state)) }
    this.compactions.next({ type: 'installed', index, bytes: state.length })
  }
}
