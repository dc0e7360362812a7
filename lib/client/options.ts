import { IsInt, IsString, Matches, Max, Min, MinLength } from 'class-validator'
import type { SchedulerLike } from 'rxjs'
import type { Clock, Random } from '../../streams/contracts/clock.js'
import type { Codec } from '../../streams/contracts/codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { MayBeMissing } from '../../streams/contracts/fields.js'
import type { Payload } from '../../streams/contracts/host.js'
import type { Logger } from '../../streams/contracts/logger.js'
import { check } from '../../streams/contracts/validation.js'
import { parsePeer } from '../host/address.js'
import { payloadCodec } from '../host/payload-codec.js'
import { clientClock } from './clock.js'
import { clientRandom } from './random.js'

/** How a client is run. Durations in milliseconds. */
export interface ClientOptions<T = Payload> {
  /** How values become bytes: the same as the members'. Default: strings and `Uint8Array`s. */
  readonly codec?: Codec<T>
  /** The cluster's, proven and never sent. Who has it may do what a member may: a browser must not hold it. */
  readonly secret?: string
  /** Shown to members instead of a secret, which their `clients.authorize` looks at. A function is asked at each connection. */
  readonly token?: string | (() => string | Promise<string>)
  /**
   * The `ws:` or `wss:` URL at which the member of an address is reached, where that is another way than members go
   * themselves: through TLS, or a proxy, by a path of its own. Default: `ws://` and the address.
   */
  readonly url?: (address: string) => string
  /** The deadline of connecting, and of an operation that names none. Default 10,000. */
  readonly timeoutMs?: number
  /** Stops the client, or gives up connecting. */
  readonly signal?: AbortSignal
  readonly log?: Logger
  readonly clock?: SchedulerLike
  readonly random?: Random
}

const DAY_MS = 24 * 60 * 60 * 1000

class PlainOptions {
  @MayBeMissing() @IsString() @MinLength(1) @Matches(/^[^\0]*$/) readonly secret?: string
  @MayBeMissing() @IsInt() @Min(1) @Max(DAY_MS) readonly timeoutMs?: number
}

/** What is handed in as an object, and the methods that it is told by. */
const INJECTED: Readonly<Record<string, readonly string[]>> = {
  codec: ['encode', 'decode'],
  signal: ['addEventListener', 'removeEventListener'],
  log: ['debug', 'info', 'warn', 'error'],
  clock: ['now', 'schedule'],
  random: ['next', 'bytes'],
}

/** Options with every default in its place. */
export interface ResolvedClient<T> {
  readonly seeds: readonly string[]
  readonly codec: Codec<T>
  readonly secret: string | undefined
  readonly token: (() => string | Promise<string>) | undefined
  readonly url: (address: string) => string
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly log: Logger | undefined
  readonly clock: Clock
  readonly random: Random
}

const invalid = (why: string): KayakError => new KayakError('KAYAK_INVALID', `The options are not valid: ${why}.`)

const hasMethods = (value: unknown, methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every(method => typeof Reflect.get(value, method) === 'function')

function checkPlain(options: object): void {
  const plain: Readonly<Record<string, unknown>> = { ...options }
  for (const [key, methods] of Object.entries(INJECTED))
    if (plain[key] !== undefined && !hasMethods(plain[key], methods))
      throw invalid(`${key}: must be an object with ${methods.join(', ')}`)
  const { token, url, ...others } = plain
  if (token !== undefined && typeof token !== 'function' && (typeof token !== 'string' || token === ''))
    throw invalid('token: must be a string or a function')
  if (url !== undefined && typeof url !== 'function') throw invalid('url: must be a function')
  if (token !== undefined && others['secret'] !== undefined) throw invalid('token: there is a secret already')
  const checked = check(PlainOptions, Object.fromEntries(Object.entries(others).filter(([key]) => !(key in INJECTED))))
  if (!checked.ok) throw invalid(checked.reason)
}

function seedsOf(addresses: unknown): readonly string[] {
  if (Array.isArray(addresses) && addresses.length > 0) return [...new Set(addresses.map(one => parsePeer(one)))]
  throw new KayakError('KAYAK_INVALID', 'The addresses are a list of at least one member of the cluster.')
}

/** @throws {@link KayakError} `KAYAK_INVALID`, naming the option. */
export function resolveClient<T>(addresses: unknown, given: ClientOptions<T> = {}): ResolvedClient<T> {
  const seeds = seedsOf(addresses)
  if (typeof given !== 'object') throw invalid('not an object')
  const options = { ...given }
  checkPlain(options)
  const { token } = options
  return {
    seeds,
    // without a codec T is Payload, as the default type parameter of connect says
    codec: options.codec ?? (payloadCodec as unknown as Codec<T>),
    secret: options.secret,
    token: typeof token === 'string' ? () => token : token,
    url: options.url ?? (address => `ws://${address}`),
    timeoutMs: options.timeoutMs ?? 10_000,
    signal: options.signal,
    log: options.log,
    clock: options.clock ?? clientClock(),
    random: options.random ?? clientRandom(),
  }
}
