import { mergeMap, NEVER, type Observable } from 'rxjs'
import type { Transport } from '../../../streams/contracts/transport.js'
import type { ServedHost } from './parts.js'
import { serveClient$ } from './serve-client.js'

/** Serves whatever clients a transport lets in. Unsubscribing drops what they wait for. */
export const serveClients$ = (host: ServedHost, { clients$ = NEVER }: Transport): Observable<never> =>
  clients$.pipe(mergeMap(connection => serveClient$(host, connection)))
