import { filter, take } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import type { Nemesis } from './nemesis.js'

/** Waits for the next message of a kind that arrives, and does something about it. */
export function atNext(nemesis: Nemesis, isIt: (traffic: Traffic) => boolean, act: (traffic: Traffic) => void) {
  const { cluster } = nemesis
  const waiting = cluster.network.traffic$.pipe(filter(isIt), take(1)).subscribe(traffic =>
    // not while it is being delivered
    cluster.clock.schedule(() => act(traffic)),
  )
  nemesis.atEnd(() => waiting.unsubscribe())
}
