import { filter } from 'rxjs'
import type { Traffic } from '../../../../plugins/transport-memory/index.js'
import type { Nemesis } from './nemesis.js'

/** How many messages come again at most. */
const STALE_MESSAGES = 300

/** Lets a message arrive once more, or one that was lost. */
export function inject({ cluster }: Nemesis, from: string, to: string, message: object, version?: number): void {
  const sender = cluster.at(from)
  if (sender !== undefined) cluster.network.inject({ id: sender.id, address: from }, to, message, version)
}

/** Remembers the messages of a kind that arrive from now on: `stop` ends that, `repeat` lets them arrive once more. */
export function overhear(nemesis: Nemesis, isMeant: (traffic: Traffic) => boolean) {
  const { cluster, atEnd } = nemesis
  const heard: Traffic[] = []
  const listening = cluster.network.traffic$
    .pipe(filter(traffic => traffic.type === 'delivered' && isMeant(traffic)))
    .subscribe(traffic => heard.length < STALE_MESSAGES && heard.push(traffic))
  const stop = (): void => listening.unsubscribe()
  atEnd(stop)
  const repeat = (isWanted: (traffic: Traffic) => boolean = () => true): void => {
    for (const { from, to, message, version } of heard.filter(isWanted)) inject(nemesis, from, to, message, version)
  }
  return { stop, repeat }
}
