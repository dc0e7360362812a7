import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { ReadLevel, ReadOptions } from '../../streams/contracts/host.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Member } from '../member/member.js'
import type { Waiting } from '../member/waiting-room.js'
import { checkOptions, operation, timeoutOf, type OperationContext } from './operation.js'
import { reachOf } from './read-token.js'
import type { HostSync } from './sync.js'

/** Begins to wait until a member is fresh enough, and says up to where it must have applied. */
type Begin = (timeoutMs: number, settle: Settle<number>) => Waiting

/** The options that only some levels have. */
const OWN = { maxMs: 'bounded', maxEntries: 'bounded', token: 'session' } as const

function checkOwn(level: unknown, options: ReadOptions): void {
  for (const [name, of] of Object.entries(OWN))
    if (Reflect.get(options, name) !== undefined && of !== level)
      throw new KayakError('KAYAK_INVALID', `${name} is an option of ${of} reads.`)
}

function amount(options: ReadOptions, name: 'maxMs' | 'maxEntries'): number {
  const value: unknown = options[name] ?? 0
  const isCount = typeof value === 'number' && Number.isFinite(value) && value >= 0
  if (isCount && (name === 'maxMs' || Number.isSafeInteger(value))) return value
  throw new KayakError('KAYAK_INVALID', `${name} is ${name === 'maxMs' ? 'a number' : 'an integer'} from 0.`)
}

function bounded({ waiting }: Member, options: ReadOptions): Begin {
  if (options.maxMs === undefined && options.maxEntries === undefined)
    throw new KayakError('KAYAK_INVALID', 'A bounded read says by how much: options.maxMs, options.maxEntries.')
  const staleness = { ms: amount(options, 'maxMs'), entries: amount(options, 'maxEntries') }
  return (timeoutMs, settle) => waiting.bounded(staleness, timeoutMs, settle)
}

const tooStale = (cause: KayakError): KayakError =>
  new KayakError('KAYAK_TOO_STALE', 'How fresh this member is was not proven in time.', { cause, leader: cause.leader })

function lease({ waiting, replica }: Member): Begin {
  if (replica.roster.settings.leaseMs === 0)
    throw new KayakError('KAYAK_INVALID', 'The cluster has no leases; its settings have leaseMs 0.')
  return (timeoutMs, settle) => waiting.lease(timeoutMs, settle)
}

/** Waits for nothing; its options are looked at all the same. */
const atOnce: Begin = (_, settle) => {
  settle.done(0)
  return { abort: () => undefined }
}

function begins(member: Member, level: unknown, options: ReadOptions): Begin {
  const { waiting, replica } = member
  checkOwn(level, options)
  switch (level) {
    case 'linearizable':
      return (timeoutMs, settle) => waiting.barrier(timeoutMs, settle)
    case 'lease':
      return lease(member)
    case 'bounded':
      return bounded(member, options)
    case 'session': {
      const index = reachOf(options.token, replica)
      return (timeoutMs, settle) => waiting.reach(index, timeoutMs, settle)
    }
    case 'stale':
      return atOnce
    default:
      throw new KayakError('KAYAK_INVALID', 'A level of reads is linearizable, lease, bounded, session or stale.')
  }
}

/** Waits until this member, and those of its consumers who tell how far they are, are as fresh as a level says. */
async function untilFresh(
  member: Member,
  sync: HostSync,
  context: OperationContext,
  begin: Begin,
  options: ReadOptions,
): Promise<void> {
  const { clock } = member.replica.parts
  const end = clock.now() + timeoutOf(options, context.timeoutMs)
  const index = await operation<number>(context, options, begin)
  const left = Math.max(1, Math.ceil(end - clock.now()))
  if (options.acknowledged !== false && sync.isKept && index > 0)
    await sync.sync(index, { ...options, timeoutMs: left })
}

/** Runs a query when what it looks at is as fresh as its level says. */
export async function read<R>(
  member: Member,
  sync: HostSync,
  context: OperationContext,
  query: () => R | Promise<R>,
  level: ReadLevel,
  options: ReadOptions,
): Promise<R> {
  context.check()
  checkOptions(options)
  if (typeof query !== 'function') throw new KayakError('KAYAK_INVALID', 'A query is a function.')
  const begin = begins(member, level, options)
  try {
    await untilFresh(member, sync, context, begin, options)
  } catch (error) {
    throw level === 'bounded' && isKayakError(error) && error.code === 'KAYAK_TIMEOUT' ? tooStale(error) : error
  }
  return query()
}
