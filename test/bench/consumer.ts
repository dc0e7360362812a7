import type { Host } from 'kayak'
import { exhaustMap, filter, Subscription } from 'rxjs'
import type { BuiltKayak } from './built-kayak'

const COMPACT_BYTES = 64 * 1024 * 1024
/** A state machine remembers the last payload of each. */
const SLOTS = 1024

const isStopped = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'KAYAK_STOPPED'

/**
 * A small state machine as a program would have one, into whose snapshots the log is compacted after so many entries,
 * or 64 MiB if these are sooner.
 */
export function compacting({ operators }: BuiltKayak, host: Host, entries: number): void {
  const slots: Uint8Array[] = []
  let index = 0
  host.committed$.subscribe(entry => {
    index = entry.index
    // this program appends bytes only
    slots[index % SLOTS] = entry.payload as Uint8Array
  })
  const strategy = operators.anyOf(operators.everyEntries(entries), operators.everyBytes(COMPACT_BYTES))
  const compact = () => host.log.compact(index, Object.values(slots))
  host.committed$.pipe(operators.growth(), strategy, exhaustMap(compact)).subscribe({
    error: (error: unknown) => {
      // a host that stops ends what it was doing
      if (!isStopped(error)) throw error
    },
  })
}

/** What else may be subscribed to `committed$`. */
export interface Subscribers {
  /** So many that only look. */
  readonly plain?: number
  /** Three that each use an operator: a state machine and a strategy of compaction of kayak's, and a filter. */
  readonly operators?: boolean
}

/** Subscribes so many, and returns how to end them. */
export function subscribe({ operators }: BuiltKayak, { committed$ }: Host, subscribers: Subscribers): Subscription {
  const counts = { seen: 0 }
  const look = (): number => counts.seen++
  const all = new Subscription()
  for (let at = 0; at < (subscribers.plain ?? 0); at++) all.add(committed$.subscribe(look))
  if (subscribers.operators === true) {
    all.add(committed$.pipe(operators.project(0, count => count + 1)).subscribe(look))
    all.add(committed$.pipe(operators.growth(), operators.everyEntries(1000)).subscribe(look))
    all.add(committed$.pipe(filter(({ index }) => index % 2 === 0)).subscribe(look))
  }
  return all
}
