import { filter, map, type Observable } from 'rxjs'
import { socketioDialler } from '../../plugins/transport-socketio/client/index.js'
import type { Client, ClientEvent } from '../../streams/contracts/client.js'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Payload } from '../../streams/contracts/host.js'
import { onAbort } from '../../streams/operators/on-abort.js'
import { RemoteClient } from './client.js'
import { resolveClient, type ClientOptions } from './options.js'

/** What no later attempt would change: this client is to be given another secret or token, or another version. */
const FINAL: readonly string[] = ['KAYAK_NOT_AUTHORIZED', 'KAYAK_VERSION', 'KAYAK_INVALID']

const refused$ = (event$: Observable<ClientEvent>): Observable<never> =>
  event$.pipe(
    filter(event => event.type === 'refused'),
    filter(({ code }) => FINAL.includes(code)),
    map(({ address, code, reason }): never => {
      throw new KayakError(code, `The member at ${address} does not take this client: ${reason}.`)
    }),
  )

/**
 * Connects to a cluster from a process, or a browser, that is no member of it.
 *
 * Resolves once a member has let it in. From then on the client looks after its connection by itself: it goes to another
 * member where one is lost, says nothing for four seconds, or knows of no leader for three; and it follows the roster, so
 * that those it was told of may leave, one after the other.
 *
 * @param addresses `'host:port'` of some members; one that is up is enough.
 * @throws {@link KayakError} `KAYAK_INVALID`, `KAYAK_ABORTED`; `KAYAK_TIMEOUT` if no member lets it in within `timeoutMs`;
 * `KAYAK_NOT_AUTHORIZED` and `KAYAK_VERSION` as soon as a member says so.
 */
export async function connect<T = Payload>(
  addresses: readonly string[],
  options?: ClientOptions<T>,
): Promise<Client<T>> {
  const resolved = resolveClient(addresses, options)
  const { secret, token, url, clock, random, signal } = resolved
  const client = new RemoteClient(resolved, socketioDialler({ credentials: { secret, token }, url, clock, random }))
  try {
    await client.open(refused$(client.events$))
  } catch (error) {
    await client.stop()
    throw error
  }
  const stop = (): void => void client.stop()
  if (signal?.aborted === true) stop()
  else if (signal !== undefined) client.events$.subscribe({ complete: onAbort(signal, stop) })
  return client
}
