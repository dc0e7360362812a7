import { KayakError } from '../../streams/contracts/errors.js'
import type { ReadLevel, ReadOptions } from '../../streams/contracts/host.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import type { Settle } from '../../streams/sources/requests.js'
import type { Member } from '../member/member.js'
import type { Waiting } from '../member/waiting-room.js'
import { operation, timeoutOf, type OperationContext } from './operation.js'
import { answerOf } from './query.js'
import { checkLevel, readFailure, stalenessOf } from './read-options.js'
import { reachOf } from './read-token.js'
import type { HostSync } from './sync.js'

/** Begins to wait until a member is fresh enough, and says up to where it must have applied. */
export type Begin = (timeoutMs: number, settle: Settle<number>) => Waiting

function bounded({ waiting }: Member, options: ReadOptions): Begin {
  const staleness = stalenessOf(options)
  return (timeoutMs, settle) => waiting.bounded(staleness, timeoutMs, settle)
}

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

/**
 * How a read of a level waits.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for what is no level, or options that it doesn't have or lacks.
 */
export function begins(member: Member, level: unknown, options: ReadOptions): Begin {
  const { waiting, replica } = member
  checkLevel(level, options)
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
  }
}

/**
 * Waits until this member, and those of its consumers who tell how far they are, are as fresh as a level says. Gives the
 * index up to which consumers hold everything then.
 */
async function untilFresh(
  member: Member,
  sync: HostSync,
  context: OperationContext,
  begin: Begin,
  end: number,
  options: ReadOptions,
): Promise<number> {
  const { clock } = member.replica.parts
  const index = await operation<number>(context, options, begin)
  const left = Math.max(1, Math.ceil(end - clock.now()))
  if (options.acknowledged !== false && sync.isKept && index > 0)
    await sync.sync(index, { ...options, timeoutMs: left })
  return sync.visibleUpTo(index)
}

/** Runs a query when what it looks at is as fresh as its level says. */
export async function read<R>(
  member: Member,
  sync: HostSync,
  context: OperationContext,
  query: (index: number) => R | Promise<R>,
  level: ReadLevel,
  options: ReadOptions,
): Promise<R> {
  context.check()
  checkOptions(options)
  if (typeof query !== 'function') throw new KayakError('KAYAK_INVALID', 'A query is a function.')
  const begin = begins(member, level, options)
  const end = member.replica.parts.clock.now() + timeoutOf(options, context.timeoutMs)
  let index
  try {
    index = await untilFresh(member, sync, context, begin, end, options)
  } catch (error) {
    throw readFailure(level, error)
  }
  const { clock } = member.replica.parts
  const over$ = member.cutOff.fails$('The read', 'rejected')
  return answerOf(query(index), { clock, end, signal: options.signal, over$ })
}
