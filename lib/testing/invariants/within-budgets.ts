import { LIMITS } from '../../../streams/contracts/limits.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { Replica } from '../../../streams/replica/replica.js'
import type { Sight, Step, Verdict } from '../cluster/step.js'

/** What a member has taken in of entries since it was looked at before. */
interface Growth {
  readonly entries: readonly LogEntry[]
  readonly bytes: number
}

/** Nothing where a suffix was replaced: how much of it came at once can't be told from outside. */
function growthOf({ parts: { log } }: Replica, before: Sight | undefined, now: Sight): Growth {
  const { index, term } = before?.last ?? now.last
  if (index > now.last.index || log.termAt(index) !== term) return { entries: [], bytes: 0 }
  return { entries: log.cached(index + 1, now.last.index, Infinity) ?? [], bytes: log.bytesAfter(index) }
}

const isLeaderOf = (sight: Sight | undefined, term: number): boolean =>
  sight?.standing.role === 'leader' && sight.standing.term === term

/** A leader takes no append while more than the budget has not committed; what one event brings may come on top. */
function uncommitted({ life, replica, before, now }: Step, { entries, bytes }: Growth): Verdict {
  const { term } = now.standing
  if (!isLeaderOf(before, term) || !isLeaderOf(now, term)) return undefined
  if (!entries.some(({ kind }) => kind === 'data')) return undefined
  const used = replica.parts.log.bytesAfter(now.commit) - bytes
  return used > LIMITS.uncommittedBytes ? `${life} takes an append with ${used} bytes uncommitted` : undefined
}

/**
 * Nor while more appends of its term than the budget have not been applied here. Of those before, it counts what memory has,
 * and what is on disk alone is in nobody's way.
 */
function unapplied({ life, mirror, before, now }: Step, { entries }: Growth): Verdict {
  const { term } = now.standing
  if (before === undefined || !isLeaderOf(before, term) || !isLeaderOf(now, term)) return undefined
  if (!entries.some(({ kind }) => kind === 'data')) return undefined
  const { index } = before.last
  let first = index
  // what was applied after it had been taken is in its favour
  while (first > now.applied && mirror.at(first)?.term === term) first--
  const used = (mirror.at(index)?.bytes ?? 0) - (mirror.at(first)?.bytes ?? 0)
  return used > LIMITS.unappliedBytes ? `${life} takes an append with ${used} bytes that it has not applied` : undefined
}

/** Nobody takes entries while more than the budget waits for the disk. */
function buffered({ life, replica }: Step, { entries, bytes }: Growth): Verdict {
  if (!entries.some(({ kind }) => kind === 'data')) return undefined
  const used = replica.parts.disk.bufferedBytes - bytes
  return used > LIMITS.bufferedBytes ? `${life} takes entries with ${used} bytes that are not on disk` : undefined
}

/** Once all has settled, memory has let go, but for what has just come, of what is durable: of applied entries beyond a tail, of committed ones beyond a budget. */
function remembered({ life, replica, now }: Step, growth: Growth): Verdict {
  const { log, inbox } = replica.parts
  if (!inbox.isAtRest) return undefined
  const first = log.cachedFrom
  const used = log.cachedBytes - growth.bytes
  const isOver = (until: number, budget: number): boolean => first <= Math.min(until, now.durable) && used > budget
  const sent = Math.min(now.applied, replica.unsentFrom - 1)
  const { recentBytes, tailBytes, unappliedBytes } = LIMITS
  if (!isOver(sent, recentBytes) && !isOver(now.applied, tailBytes) && !isOver(now.commit, unappliedBytes))
    return undefined
  return `${life} keeps ${used} bytes of entries in memory that are on disk`
}

/** 21. Budgets hold: what is more is refused, let go of, or read again later. */
export function withinBudgets(step: Step): Verdict {
  const growth = growthOf(step.replica, step.before, step.now)
  return uncommitted(step, growth) ?? unapplied(step, growth) ?? buffered(step, growth) ?? remembered(step, growth)
}
