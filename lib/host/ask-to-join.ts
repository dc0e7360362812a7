import { concatMap, EMPTY, filter, map, merge, of, take, throwError } from 'rxjs'
import type { Observable } from 'rxjs'
import { randomHex, type Clock, type Random } from '../../streams/contracts/clock.js'
import { encodeSteps } from '../../streams/contracts/change-codec.js'
import { KayakError } from '../../streams/contracts/errors.js'
import { fullText } from '../../streams/contracts/full-text.js'
import { ChangeRoster, decodeMessage, message, type ChangeReply } from '../../streams/contracts/messages/index.js'
import type { Wishes } from '../../streams/rules/agreement.js'
import type { Transport } from '../../streams/contracts/transport.js'
import { asking$ } from '../../streams/sources/asking.js'
import { VERSIONS } from '../../streams/contracts/protocol.js'
import { checkAgreement } from './agreement.js'

/** What a joiner asks with. */
export interface Joiner {
  readonly memberId: string
  readonly address: string
  readonly wishes: Wishes
  /** Whether it stays a learner until somebody promotes it. */
  readonly asLearner: boolean
  readonly peers: readonly string[]
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
}

/** What a joiner learns of the cluster that has let it in. */
export interface Admission {
  readonly clusterId: string
}

const replies$ = ({ transport }: Joiner, nonce: string): Observable<ChangeReply> =>
  transport.inbound$.pipe(
    map(({ message: plain }) => decodeMessage(plain)),
    map(checked => (checked.ok && checked.value.message.type === 'change-reply' ? checked.value.message : undefined)),
    filter(reply => reply !== undefined),
    filter(reply => reply.id.startsWith(nonce)),
  )

const judge = (reply: ChangeReply, { address, wishes }: Joiner): Observable<Admission> => {
  const { verdict, clusterId, by } = reply
  if (reply.version > VERSIONS.newest)
    throw new KayakError('KAYAK_VERSION', `The cluster has gone on to version ${String(reply.version)}.`)
  checkAgreement(wishes, reply)
  if (verdict === 'done') return of({ clusterId })
  if (verdict === 'invalid')
    return throwError(() => new KayakError('KAYAK_INVALID', `The cluster can't have a member at ${address}.`))
  if (verdict === 'full') return throwError(() => new KayakError('KAYAK_OVERLOADED', fullText()))
  if (verdict !== 'address-taken') return EMPTY
  const taken = `The address ${address} belongs to member ${by ?? '?'}; if it is gone, remove('${by ?? '?'}') first.`
  return throwError(() => new KayakError('KAYAK_ADDRESS_TAKEN', taken))
}

/** A peer that was asked and turns this member away for good. What somebody says who has dialled in means nothing. */
const refusals$ = ({ transport, peers }: Joiner): Observable<never> =>
  transport.notices$.pipe(
    filter(notice => notice.type === 'peer-refused'),
    filter(({ outgoing, address }) => outgoing && peers.includes(address)),
    concatMap(notice =>
      notice.code !== 'KAYAK_INVALID'
        ? throwError(() => new KayakError(notice.code, `The peer ${notice.address} refused: ${notice.reason}.`))
        : EMPTY,
    ),
  )

/**
 * Asks one peer after another to be added as a learner, and the leader as soon as one names it, until the addition
 * has committed. Asking again is no other change.
 */
export function askToJoin$(joiner: Joiner): Observable<Admission> {
  const { memberId: id, address, asLearner, peers, transport, clock, random, wishes } = joiner
  const nonce = randomHex(random, 10)
  let asked = 0
  const ask = (peer: string): void => {
    const steps = encodeSteps([{ type: 'add', id, address, asLearner }])
    const request = message(ChangeRoster, {
      id: `${nonce}-${String(++asked)}`,
      steps,
      ...wishes,
      speaks: VERSIONS.newest,
    })
    transport.send({ id: undefined, address: peer }, request)
  }
  const whom = (turn: number): readonly string[] => {
    const at = turn % peers.length
    return peers.slice(at, at + 1)
  }
  const admitted$ = asking$({ ask, whom, replies$: replies$(joiner, nonce), clock }).pipe(
    concatMap(reply => judge(reply, joiner)),
  )
  return merge(refusals$(joiner), admitted$).pipe(take(1))
}
