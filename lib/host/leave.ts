import { filter, firstValueFrom, map, merge, NEVER, takeUntil, timer, type Observable } from 'rxjs'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Identity } from '../../streams/contracts/storage.js'
import { isQuorum } from '../../streams/rules/quorum.js'
import type { Member } from '../member/member.js'

/** How leaving ended: as the last voter one stays a member, and only stops. */
export type Leaving = 'left' | 'last-voter'

/** Whether its cluster would have no voter without it. */
export const isLastVoter = ({ replica }: Member): boolean => {
  const { voters, outgoing } = replica.committedRoster
  return outgoing.length === 0 && voters.length === 1 && voters[0]?.id === replica.self.id
}

/** Resolves with what comes first; rejects if the member is stopped before, which is asked about alone. */
const first = <T>({ cutOff }: Member, ...streams: readonly Observable<T>[]): Promise<T> =>
  firstValueFrom(merge(NEVER, ...streams).pipe(takeUntil(cutOff.fails$('Leaving the cluster', 'unknown'))))

/** Resolves when something has happened, or at the deadline, and says which. */
function happensBy(member: Member, deadline: number, event$: Observable<unknown>): Promise<boolean> {
  const { clock } = member.replica.parts
  const late$ = timer(Math.max(0, deadline - clock.now()), clock).pipe(map(() => false))
  return first(member, event$.pipe(map(() => true)), late$)
}

const holdsBy = (member: Member, deadline: number, holds: () => boolean): Promise<boolean> =>
  happensBy(member, deadline, merge([undefined], member.replica.parts.inbox.settled$).pipe(filter(holds)))

/** Hands the leadership over, if this member has it; without a successor it goes on as leader, and leaves as one. */
export async function handOver(member: Member, deadline: number): Promise<void> {
  const { replica } = member
  const isAlone = isQuorum(replica.roster, id => id === replica.self.id)
  if (replica.standing.role !== 'leader' || isAlone) return
  member.handOver()
  const patience = Math.min(deadline, replica.parts.clock.now() + 2 * replica.electionTimeoutMs)
  await holdsBy(member, patience, () => replica.standing.role !== 'leader' && replica.standing.leader !== undefined)
}

function askToBeRemoved(member: Member, deadline: number): Promise<number> {
  const { self, parts } = member.replica
  const timeoutMs = Math.max(1, deadline - parts.clock.now())
  return new Promise((done, failed) =>
    member.waiting.change({ steps: [{ type: 'remove', id: self.id }] }, timeoutMs, { done, failed }),
  )
}

/** Seeing the removal in a committed roster is as good as the answer to the request, which may be lost. */
const seenRemoved = (member: Member): Promise<unknown> =>
  first(member, member.ended$.pipe(filter(({ type }) => type === 'removed')))

const late = (why: string, cause?: unknown): KayakError =>
  new KayakError('KAYAK_TIMEOUT', why, { outcome: 'unknown', cause })

/**
 * Leaves a cluster (section 4.2.2): pending appends are settled, a leader hands over, and the member asks to be removed
 * until that has committed.
 *
 * @throws {@link KayakError} `KAYAK_TIMEOUT` with outcome `unknown` at the deadline, `KAYAK_STOPPED` if it is stopped.
 */
export async function leave(member: Member, deadline: number): Promise<Leaving> {
  const isSettled = await holdsBy(member, deadline, () => member.waiting.size === 0)
  if (isSettled && isLastVoter(member)) return 'last-voter'
  await handOver(member, deadline)
  try {
    await Promise.race([askToBeRemoved(member, deadline), seenRemoved(member)])
    return 'left'
  } catch (cause) {
    if (isKayakError(cause) && cause.code === 'KAYAK_INVALID') return 'last-voter'
    if (isKayakError(cause) && cause.code !== 'KAYAK_TIMEOUT') throw cause
    throw late('The member could not leave in time and has only stopped.', cause)
  }
}

/**
 * Stays a little, so that those whose removal this member has decided hear of it, where perhaps nobody else can tell
 * them any more. Bounded by one election timeout.
 */
export async function sayFarewell(member: Member, deadline: number): Promise<void> {
  const { parts, electionTimeoutMs } = member.replica
  await happensBy(member, Math.min(deadline, parts.clock.now() + electionTimeoutMs), member.farewell())
}

/** Marks the folder of a member that has left, so that it isn't started again. */
export async function markAsLeft(member: Member, deadline: number, identity: Identity): Promise<void> {
  const isMarked = await happensBy(member, deadline, member.saveIdentity({ ...identity, standing: 'left' }))
  if (!isMarked) throw late('The member has left, but could not write that down in its folder in time.')
}
