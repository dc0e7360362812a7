import { defer, from, map } from 'rxjs'
import type { ClientGate, ClientRights } from '../../../streams/contracts/client-transport.js'
import { KayakError } from '../../../streams/contracts/errors.js'

/** What a client may do who has shown a token: nothing, everything, or only what is said. */
export type Authorized = boolean | { readonly append: boolean }

/** Whom a host serves from outside its cluster: without these, whoever is let in as a member would be. */
export interface ClientsOptions {
  /**
   * Lets clients in by a token, such as browsers, which must not hold the secret. Says what the one who shows it may do:
   * `true` all that members may, `{ append: false }` only read, `false` nothing. What throws or rejects lets nobody in.
   */
  readonly authorize?: (token: string) => Authorized | Promise<Authorized>
  /** Web pages that may connect, by their origin, as `'https://example.com'`. Default: none, since any page could. */
  readonly origins?: readonly string[]
}

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/

/** What a client sends beside the payload of an append: its name, and the numbers. */
const REST_BYTES = 64 * 1024

const invalid = (why: string): KayakError =>
  new KayakError('KAYAK_INVALID', `The options are not valid: clients${why}.`)

function originsOf(origins: unknown): readonly string[] {
  if (origins === undefined) return []
  const isOrigin = (origin: unknown): origin is string => typeof origin === 'string' && ORIGIN.test(origin)
  if (Array.isArray(origins) && origins.every(isOrigin)) return [...origins]
  throw invalid(".origins: must be a list of origins, as 'https://example.com', without a path")
}

function rightsOf(authorized: unknown): ClientRights | undefined {
  if (authorized === true) return { append: true }
  const isSaid = typeof authorized === 'object' && authorized !== null && 'append' in authorized
  // what is neither true nor says what is allowed lets nobody in
  return isSaid && typeof authorized.append === 'boolean' ? { append: authorized.append } : undefined
}

const isFunction = (value: unknown): value is (token: string) => unknown => typeof value === 'function'

function authorizeBy(authorize: unknown): ClientGate['authorize'] {
  if (authorize === undefined) return undefined
  if (!isFunction(authorize)) throw invalid('.authorize: must be a function')
  return token => defer(() => from(Promise.resolve(authorize(token)))).pipe(map(rightsOf))
}

/**
 * The gate that a host's transport keeps; undefined where nobody is let in.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for what are no such options.
 */
export function gateOf(clients: unknown, maxPayloadBytes: number): ClientGate | undefined {
  if (clients === false) return undefined
  if (clients !== undefined && (typeof clients !== 'object' || clients === null)) throw invalid(': must be an object')
  const { authorize, origins, ...others }: { authorize?: unknown; origins?: unknown } = clients ?? {}
  const [other] = Object.keys(others)
  if (other !== undefined) throw invalid(`.${other}: there is no such option`)
  return {
    origins: originsOf(origins),
    authorize: authorizeBy(authorize),
    maxMessageBytes: maxPayloadBytes + REST_BYTES,
  }
}
