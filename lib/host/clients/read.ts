import { catchError, defer, map, throwError, type Observable } from 'rxjs'
import { ClientFresh, clientMessage, type ClientRead } from '../../../streams/contracts/client-messages/index.js'
import { begins } from '../read.js'
import { readFailure } from '../read-options.js'
import { coarseTimeout } from './coarse-timeout.js'
import type { ServedHost } from './parts.js'
import { waited$ } from './waited.js'

/** Waits until this member is as fresh as a client wants it to be, and says up to where it is. */
export const read$ = ({ member, sync }: ServedHost, asked: ClientRead): Observable<ClientFresh> =>
  defer(() => {
    const { id, level, maxMs, maxEntries, token, timeoutMs } = asked
    const begin = begins(member, level, {
      ...(maxMs !== undefined && { maxMs }),
      ...(maxEntries !== undefined && { maxEntries }),
      ...(token !== undefined && { token }),
    })
    return waited$<number>(settle => begin(coarseTimeout(timeoutMs), settle)).pipe(
      map(index => clientMessage(ClientFresh, { id, index, visible: sync.visibleUpTo(index) })),
      catchError((error: unknown) => throwError(() => readFailure(level, error))),
    )
  })
