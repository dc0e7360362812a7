import { defer, mergeMap, NEVER, type Observable } from 'rxjs'
import type { Transport } from '../../../streams/contracts/transport.js'
import type { ServedHost } from './parts.js'
import { serveClient$ } from './serve-client.js'
import { Share } from './share.js'

/** Serves whatever clients a transport lets in. Unsubscribing drops what they wait for. */
export const serveClients$ = (host: ServedHost, { clients$ = NEVER }: Transport): Observable<never> =>
  defer(() => {
    const share = new Share(host.member.replica.parts.budgets)
    return clients$.pipe(mergeMap(connection => serveClient$(host, connection, share)))
  })
