import { filter, ignoreElements, interval, map, merge, scan, startWith, take, tap, type Observable } from 'rxjs'
import { KayakError } from '../../streams/contracts/errors.js'
import { message, ReadIndex } from '../../streams/contracts/messages/index.js'
import type { TransportNotice } from '../../streams/contracts/transport.js'
import type { Resolved } from './options.js'

type Answer = 'of-this-cluster' | 'of-another' | 'away'

interface Meeting {
  readonly answers: ReadonlyMap<string, Answer>
  readonly isOver: boolean
}

const ASK_AGAIN_MS = 250

/** What a notice says of whom. Who has dialled this member and was turned away is nobody that it has asked. */
function answerOf(notice: TransportNotice): readonly [address: string, answer: Answer] | undefined {
  switch (notice.type) {
    case 'peer-up':
      return [notice.address, 'of-this-cluster']
    case 'peer-refused':
      if (!notice.outgoing) return undefined
      return [notice.address, notice.code === 'KAYAK_OTHER_CLUSTER' ? 'of-another' : 'away']
    case 'peer-down':
      return [notice.address, 'away']
    case 'dropped':
      return [notice.to.address, 'away']
    case 'client-refused':
      return undefined
  }
}

function listenTo({ answers, isOver }: Meeting, notice: TransportNotice | undefined): Meeting {
  if (notice === undefined) return { answers, isOver: true }
  const answer = answerOf(notice)
  return answer === undefined ? { answers, isOver } : { answers: new Map([...answers, answer]), isOver }
}

/** One peer of the same cluster is enough; otherwise all have to have been tried, or the meeting is over. */
function verdict({ answers, isOver }: Meeting, peers: readonly string[]): Answer | undefined {
  if ([...answers.values()].includes('of-this-cluster')) return 'of-this-cluster'
  const all = peers.map(peer => answers.get(peer))
  if (all.includes(undefined) && !isOver) return undefined
  return all.includes('of-another') ? 'of-another' : 'away'
}

/** A message that asks for nothing that anyone waits for: sending it makes the transport introduce the two. */
const inquiry = (memberId: string): ReadIndex => message(ReadIndex, { id: `meet-${memberId}` })

/**
 * Asks peers whether a member is of their cluster: emits when one is met, or when none can be reached or it is late, and errors with
 * `KAYAK_OTHER_CLUSTER` if those that can be are of another.
 */
export function meet$<T>(
  { transport, clock }: Resolved<T>,
  memberId: string,
  peers: readonly string[],
  late$: Observable<unknown>,
): Observable<unknown> {
  const over$ = late$.pipe(map(() => undefined))
  const verdict$ = merge(transport.notices$, over$).pipe(
    scan(listenTo, { answers: new Map(), isOver: false }),
    map(meeting => verdict(meeting, peers)),
    filter(answer => answer !== undefined),
    map(answer => {
      if (answer === 'of-another')
        throw new KayakError('KAYAK_OTHER_CLUSTER', `The folder is of another cluster than ${peers.join(', ')}.`)
    }),
  )
  const asking$ = interval(ASK_AGAIN_MS, clock).pipe(
    startWith(0),
    tap(() => {
      for (const address of peers) transport.send({ id: undefined, address }, inquiry(memberId))
    }),
    ignoreElements(),
  )
  return merge(verdict$, asking$).pipe(take(1))
}
