import type { Entry, Host } from 'kayak'
import { exhaustMap, filter, map, scan, type Observable } from 'rxjs'
import type { BuiltKayak } from './built-kayak'

/** What consumes the log of a member. */
export interface Consuming {
  /** Entries after which the log is compacted, or 64 MiB if these are sooner; 0 for never. */
  readonly compactEntries: number
  /** Further subscribers of `committed$`, each through so many operators. */
  readonly subscribers?: number
  readonly operators?: number
}

const COMPACT_BYTES = 64 * 1024 * 1024
/** A state machine remembers the last payload of each. */
const SLOTS = 1024

const isStopped = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'KAYAK_STOPPED'

/** A small state machine as a program would have one, of which the log is compacted into snapshots. */
function compacted({ operators }: BuiltKayak, host: Host, entries: number): void {
  const slots: Uint8Array[] = []
  let index = 0
  host.committed$.subscribe(entry => {
    index = entry.index
    // this program appends bytes only
    slots[index % SLOTS] = entry.payload as Uint8Array
  })
  function* rows() {
    for (const slot of slots.slice()) if ((slot as Uint8Array | undefined) !== undefined) yield slot
  }
  host.committed$
    .pipe(
      operators.growth(),
      operators.anyOf(operators.everyEntries(entries), operators.everyBytes(COMPACT_BYTES)),
      exhaustMap(() => host.log.compact(index, rows())),
    )
    .subscribe({
      error: (error: unknown) => {
        // a host that stops ends what it was doing
        if (!isStopped(error)) throw error
      },
    })
}

/** What a consumer makes of entries, through one operator or a few. */
const OPERATORS: readonly ((entry$: Observable<Entry<unknown>>) => Observable<Entry<unknown>>)[] = [
  entry$ => entry$.pipe(filter(({ index }) => index > 0)),
  entry$ => entry$.pipe(map(entry => ({ ...entry, time: entry.time + 1 }))),
  entry$ => entry$.pipe(scan((before, entry) => (entry.index > before.index ? entry : before))),
]

/** Consumes what commits at a host. */
export function consume(kayak: BuiltKayak, host: Host, { compactEntries, subscribers = 0, operators = 0 }: Consuming) {
  if (compactEntries > 0) compacted(kayak, host, compactEntries)
  const counts = { seen: 0 }
  for (let at = 0; at < subscribers; at++)
    OPERATORS.slice(0, operators)
      .reduce<Observable<Entry<unknown>>>((entry$, operator) => operator(entry$), host.committed$)
      .subscribe(() => counts.seen++)
}
