import { encodeEntries } from '../../contracts/entry-codec.js'
import type { LogEntry } from '../../rules/entry.js'

/** Entries as they go over the wire: those of one leader, so that their indexes name them. */
interface Encoded {
  readonly first: number
  readonly last: number
  readonly bytes: Uint8Array
}

/** What a leader sends in a turn, batch by batch: members who are equally far are sent the same. */
export class Encodings {
  private batches: readonly Encoded[] = []

  /** The bytes of entries that follow each other, of which there is at least one. */
  of(entries: readonly LogEntry[]): Uint8Array {
    const [first, last] = [entries[0]?.index ?? 0, entries.at(-1)?.index ?? 0]
    const known = this.batches.find(batch => batch.first === first && batch.last === last)
    if (known !== undefined) return known.bytes
    const bytes = encodeEntries(entries)
    this.batches = [...this.batches, { first, last, bytes }]
    return bytes
  }

  /** Lets go of all: who is sent entries in a later turn is mostly sent others. */
  clear(): void {
    this.batches = []
  }
}
