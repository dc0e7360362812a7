import { firstValueFrom, map, merge, race, take, timer } from 'rxjs'
import { filter } from 'rxjs'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Member } from '../member/member.js'

/** How leaving ended: as the last voter one stays a member, and only stops. */
export type Leaving = 'left' | 'last-voter'

const isLastVoter = ({ replica }: Member): boolean => {
  const { voters, outgoing } = replica.committedRoster
  return outgoing.length === 0 && voters.length === 1 && voters[0]?.id === replica.self.id
}

/** Resolves when a condition holds, or at the deadline, and says which. */
async function holdsBy(member: Member, deadline: number, holds: () => boolean): Promise<boolean> {
  const { clock, inbox } = member.replica.parts
  const holds$ = merge([undefined], inbox.settled$).pipe(
    filter(holds),
    map(() => true),
  )
  const late$ = timer(Math.max(0, deadline - clock.now()), clock).pipe(map(() => false))
  return firstValueFrom(race(holds$, late$).pipe(take(1)), { defaultValue: false })
}

/** Hands the leadership over, if this member has it; without a successor it goes on as leader, and leaves as one. */
async function handOver(member: Member, deadline: number): Promise<void> {
  const { replica } = member
  if (replica.standing.role !== 'leader') return
  member.handOver()
  const patience = Math.min(deadline, replica.parts.clock.now() + 2 * replica.electionTimeoutMs)
  await holdsBy(member, patience, () => replica.standing.role !== 'leader' && replica.standing.leader !== undefined)
}

function askToBeRemoved(member: Member, deadline: number): Promise<number> {
  const { self, parts } = member.replica
  const timeoutMs = Math.max(1, deadline - parts.clock.now())
  return new Promise((done, failed) =>
    member.waiting.change({ type: 'remove', id: self.id }, timeoutMs, { done, failed }),
  )
}

/** Seeing the removal in a committed roster is as good as the answer to the request, which may be lost. */
const seenRemoved = (member: Member): Promise<unknown> =>
  firstValueFrom(member.ended$.pipe(filter(({ type }) => type === 'removed')), { defaultValue: undefined })

/**
 * Leaves a cluster (section 4.2.2): pending appends are settled, a leader hands over, and the member asks to be removed
 * until that has committed.
 *
 * @throws {@link KayakError} `KAYAK_TIMEOUT` with outcome `unknown` at the deadline.
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
    throw new KayakError('KAYAK_TIMEOUT', 'The member could not leave in time and has only stopped.', {
      outcome: 'unknown',
      cause,
    })
  }
}
