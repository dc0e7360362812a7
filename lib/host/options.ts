import { IsBoolean, IsInt, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator'
import type { SchedulerLike } from 'rxjs'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { socketioTransport } from '../../plugins/transport-socketio/index.js'
import { systemClock } from '../../plugins/clock/index.js'
import { systemRandom } from '../../plugins/random/index.js'
import type { ClientGate } from '../../streams/contracts/client-transport.js'
import type { Clock, Random } from '../../streams/contracts/clock.js'
import type { Codec } from '../../streams/contracts/codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { MayBeMissing } from '../../streams/contracts/fields.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Logger } from '../../streams/contracts/logger.js'
import type { Payload } from '../../streams/contracts/host.js'
import type { Storage } from '../../streams/contracts/storage.js'
import type { Transport } from '../../streams/contracts/transport.js'
import { check } from '../../streams/contracts/validation.js'
import type { Wishes } from '../../streams/rules/agreement.js'
import { EMPTY_ROSTER } from '../../streams/rules/roster.js'
import { checkAgreement } from './agreement.js'
import { gateOf, type ClientsOptions } from './clients/gate.js'
import { parseAddress, parsePeer, type Address } from './address.js'
import { HostCodec } from './coding.js'

/** How a host is run. Durations in milliseconds, sizes in bytes. */
export interface Options<T = Payload> {
  /** Folder of its own. Default `./kayak-<port>`; required with port 0 unless `storage` is given. */
  readonly dataDir?: string
  /** Where it keeps what it must not forget. Default: NeDB in `dataDir`. */
  readonly storage?: Storage
  /** How it reaches others. Default: socket.io over WebSocket. */
  readonly transport?: Transport
  /** How values become bytes. Default: strings and `Uint8Array`s. */
  readonly codec?: Codec<T>
  /** What others dial. Default: the host as given, or 127.0.0.1 for `':port'`. */
  readonly advertise?: string
  /** Shared by the cluster, never sent. Without one only loopback is bound, unless `insecure`. */
  readonly secret?: string
  /** Lets a joiner stay a learner, a replica to read from, until somebody promotes it. Default false; `start` refuses it. */
  readonly asLearner?: boolean
  /** Lets other machines in without a secret. Default false. */
  readonly insecure?: boolean
  /** Whom it serves from outside the cluster, or `false`: nobody. Default: whoever would be let in as a member. */
  readonly clients?: false | ClientsOptions
  /** T: a member draws from [T, 2T) each time. 1000 when a cluster is founded, then what the cluster has. */
  readonly electionTimeoutMs?: number
  /** How often a leader is heard, at most a third of T. Default 100, or a tenth of T where that is less. */
  readonly heartbeatMs?: number
  /**
   * For how long a leader that a quorum has answered may answer `lease` reads by itself; 0 when a cluster is founded, then
   * what the cluster has. With `clockBoundMs` at most T.
   */
  readonly leaseMs?: number
  /** By how much the clocks of two members may run apart within a lease; as `leaseMs`. */
  readonly clockBoundMs?: number
  /** The deadline of an operation that names none. Default 10,000. */
  readonly timeoutMs?: number
  /** How long opening may take: `join`, and `start`, which waits only for its disk. Default 30,000. */
  readonly joinTimeoutMs?: number
  /** The largest encoded payload. Default 1 MiB, at most 8 MiB. */
  readonly maxPayloadBytes?: number
  /** What snapshots that this member sends may take of the network, all together. Default 64 MiB; at least 1 KiB. */
  readonly snapshotBytesPerSecond?: number
  /** Stops the host, or gives up starting it. */
  readonly signal?: AbortSignal
  /** Is told of the host's events. By default nobody is. */
  readonly log?: Logger
  /** Where time comes from: `now()` in milliseconds, never going back. Default: the system's. */
  readonly clock?: SchedulerLike
  /** Where ids and election timeouts come from. Default: the system's. */
  readonly random?: Random
}

const DURATION = 24 * 60 * 60 * 1000

class PlainOptions {
  @MayBeMissing() @IsString() @MinLength(1) @Matches(/^[^\0]*$/) readonly dataDir?: string
  @MayBeMissing() @IsString() @MaxLength(262) readonly advertise?: string
  @MayBeMissing() @IsString() @MinLength(1) @Matches(/^[^\0]*$/) readonly secret?: string
  @MayBeMissing() @IsBoolean() readonly asLearner?: boolean
  @MayBeMissing() @IsBoolean() readonly insecure?: boolean
  @MayBeMissing() @IsInt() @Min(10) @Max(DURATION) readonly electionTimeoutMs?: number
  @MayBeMissing() @IsInt() @Min(1) @Max(DURATION) readonly heartbeatMs?: number
  @MayBeMissing() @IsInt() @Min(0) @Max(DURATION) readonly leaseMs?: number
  @MayBeMissing() @IsInt() @Min(0) @Max(DURATION) readonly clockBoundMs?: number
  @MayBeMissing() @IsInt() @Min(1) @Max(DURATION) readonly timeoutMs?: number
  @MayBeMissing() @IsInt() @Min(1) @Max(DURATION) readonly joinTimeoutMs?: number
  @MayBeMissing() @IsInt() @Min(1) @Max(LIMITS.largestPayloadBytes) readonly maxPayloadBytes?: number
  @MayBeMissing() @IsInt() @Min(1024) @Max(Number.MAX_SAFE_INTEGER) readonly snapshotBytesPerSecond?: number
}

/** What is handed in as an object, and the methods that it is told by. */
const INJECTED: Readonly<Record<string, readonly string[]>> = {
  storage: ['open', 'append', 'read', 'close'],
  transport: ['open', 'send', 'close'],
  codec: ['encode', 'decode'],
  signal: ['addEventListener', 'removeEventListener'],
  log: ['debug', 'info', 'warn', 'error'],
  clock: ['now', 'schedule'],
  random: ['next', 'bytes'],
}

/** T of a cluster that is founded without saying what it is. */
export const DEFAULT_ELECTION_TIMEOUT_MS = 1000

/** Options with every default in its place. */
export interface Resolved<T> {
  readonly address: Address
  readonly storage: Storage
  readonly transport: Transport
  readonly codec: Codec<T>
  readonly advertise: string | undefined
  readonly secret: string | undefined
  readonly asLearner: boolean
  /** Undefined where no clients are served. */
  readonly clients: ClientGate | undefined
  /** Undefined where the caller leaves it to the cluster. */
  readonly electionTimeoutMs: number | undefined
  readonly heartbeatMs: number | undefined
  readonly leaseMs: number | undefined
  readonly clockBoundMs: number | undefined
  readonly timeoutMs: number
  readonly joinTimeoutMs: number
  readonly maxPayloadBytes: number
  readonly snapshotBytesPerSecond: number
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

/** What options say, read once: what is read again might be something else, or throw. */
function copyOf<T>(options: Options<T> | null): Options<T> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw invalid('not an object')
  try {
    return { ...options }
  } catch (cause) {
    throw new KayakError('KAYAK_INVALID', 'The options can not be read.', { cause })
  }
}

function checkPlain(options: object): void {
  const plain: Readonly<Record<string, unknown>> = { ...options }
  for (const [key, methods] of Object.entries(INJECTED)) {
    if (plain[key] !== undefined && !hasMethods(plain[key], methods))
      throw invalid(`${key}: must be an object with ${methods.join(', ')}`)
  }
  // what clients are let in by has a check of its own
  const own = Object.entries(plain).filter(([key]) => !(key in INJECTED) && key !== 'clients')
  const checked = check(PlainOptions, Object.fromEntries(own))
  if (!checked.ok) throw invalid(checked.reason)
}

/** Without `electionTimeoutMs` it is the cluster's, which is known later. */
function checkTiming({ electionTimeoutMs, heartbeatMs }: Wishes): void {
  if (electionTimeoutMs !== undefined) checkAgreement({ heartbeatMs }, { ...EMPTY_ROSTER.settings, electionTimeoutMs })
}

function dataDirOf(options: { readonly dataDir?: string }, { port }: Address): string {
  if (options.dataDir !== undefined) return options.dataDir
  if (port === 0) throw invalid('dataDir: required with port 0')
  return `./kayak-${String(port)}`
}

/** @throws {@link KayakError} `KAYAK_INVALID`, naming the option. */
export function resolveOptions<T>(address: unknown, given: Options<T> = {}): Resolved<T> {
  const parsed = parseAddress(address)
  const options = copyOf(given)
  checkPlain(options)
  checkTiming(options)
  const { insecure, maxPayloadBytes = 1024 * 1024 } = options
  // without a codec T is Payload, as the default type parameter of start and join says
  const codec = options.codec ?? (new HostCodec() as unknown as Codec<T>)
  return {
    address: parsed,
    storage: options.storage ?? nedbStorage({ dataDir: dataDirOf(options, parsed) }),
    transport: options.transport ?? socketioTransport(insecure === undefined ? {} : { insecure }),
    codec,
    advertise: options.advertise === undefined ? undefined : parsePeer(options.advertise, 'advertise:'),
    secret: options.secret,
    asLearner: options.asLearner ?? false,
    clients: gateOf(options.clients, maxPayloadBytes),
    electionTimeoutMs: options.electionTimeoutMs,
    heartbeatMs: options.heartbeatMs,
    leaseMs: options.leaseMs,
    clockBoundMs: options.clockBoundMs,
    timeoutMs: options.timeoutMs ?? 10_000,
    joinTimeoutMs: options.joinTimeoutMs ?? 30_000,
    maxPayloadBytes,
    snapshotBytesPerSecond: options.snapshotBytesPerSecond ?? LIMITS.snapshotBytesPerSecond,
    signal: options.signal,
    log: options.log,
    clock: options.clock ?? systemClock(),
    random: options.random ?? systemRandom(),
  }
}
