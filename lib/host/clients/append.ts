import { catchError, defer, map, of, switchMap, type Observable } from 'rxjs'
import { ClientAppended, clientMessage, type ClientAppend } from '../../../streams/contracts/client-messages/index.js'
import type { ClientRights } from '../../../streams/contracts/client-transport.js'
import { isCompacted, KayakError } from '../../../streams/contracts/errors.js'
import type { Answer } from '../../../streams/sources/answer.js'
import { namedAppend } from '../append-session.js'
import { coarseTimeout } from './coarse-timeout.js'
import type { ServedHost } from './parts.js'
import { waited$ } from './waited.js'

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at])

/** What was appended first under a name; nothing where it is compacted. */
const firstPayload$ = ({ member }: ServedHost, { index, payload }: Answer): Observable<Uint8Array | undefined> =>
  payload !== undefined
    ? of(payload)
    : member.read(index).pipe(
        map(({ entries }) => entries.find(entry => entry.index === index)?.payload),
        catchError((error: unknown) => {
          if (isCompacted(error)) return of(undefined)
          throw new KayakError('KAYAK_STORAGE_FAILED', 'What was appended first under the id could not be read.', {
            outcome: 'unknown',
            cause: error,
          })
        }),
      )

/**
 * Appends for a client, under the name that any other member would give it too. What this host's own consumers couldn't
 * decode is refused, since it would end every host that has it in its log.
 */
export const append$ = (host: ServedHost, rights: ClientRights, asked: ClientAppend): Observable<ClientAppended> =>
  defer(() => {
    const { id, name, number, since, payload, timeoutMs, echo } = asked
    if (!rights.append) throw new KayakError('KAYAK_NOT_AUTHORIZED', 'This client may only read.')
    host.checkPayload(payload)
    const named = namedAppend(number === 0 ? name : { session: name, number }, since)
    const answer$ = waited$<Answer>(settle =>
      host.member.waiting.append(named.session, named.number, payload, coarseTimeout(timeoutMs), settle),
    )
    const appended = ({ index, term, time }: Answer, first?: Uint8Array): ClientAppended =>
      clientMessage(ClientAppended, { id, index, term, time, payload: first })
    if (!echo) return answer$.pipe(map(answer => appended(answer)))
    return answer$.pipe(
      switchMap(answer =>
        firstPayload$(host, answer).pipe(
          map(first => appended(answer, first === undefined || isSame(first, payload) ? undefined : first)),
        ),
      ),
    )
  })
