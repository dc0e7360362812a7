import { tap, type MonoTypeOperatorFunction } from 'rxjs'
import type { Sync } from '../contracts/host.js'

/** Whatever can be told how far a consumer is: a host, or its `sync`. */
export type Acknowledged = Pick<Sync, 'ack'> | { readonly sync: Pick<Sync, 'ack'> }

/** What says how far it has come: an entry, a projection, or a batch of them. */
export type Reached = { readonly index: number } | readonly { readonly index: number }[]

const indexOf = (reached: Reached): number | undefined => ('index' in reached ? reached.index : reached.at(-1)?.index)

/**
 * Tells the host what a consumer has applied (`sync.ack`), so that reads wait for it. Put it behind whatever applies, and
 * where nothing after it can fail.
 *
 * Each consumer has a name; with several the one that is furthest behind counts. It is not forgotten when it ends or is
 * unsubscribed: a read must not pass by a machine that has broken off, or is just beginning anew. Who is gone for good says
 * so: `finalize(() => host.sync.forget('mailer'))`.
 *
 * ```
 *  entries            --1--2--4--
 *  acknowledge(host)
 *  result             --1--2--4--      each acknowledged before it goes on
 * ```
 *
 * @param host - a host, or whatever has its `ack`: in a test `{ ack: index => … }`.
 * @param consumer - its name. Default: the one that `sync.ack(index)` has.
 */
export const acknowledge = <R extends Reached>(host: Acknowledged, consumer?: string): MonoTypeOperatorFunction<R> => {
  const sync = 'sync' in host ? host.sync : host
  return tap(reached => {
    const index = indexOf(reached)
    if (index !== undefined) sync.ack(index, consumer)
  })
}
