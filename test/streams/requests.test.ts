import { NO_TICKET } from '../../streams/operators/waitlist'
import { Requests, type AppendRequest, type BarrierRequest } from '../../streams/sources/requests'

const noTickets = { unsentTicket: NO_TICKET, acceptedTicket: NO_TICKET }
const nothing = { ...noTickets, settled: false, done: (): void => undefined, failed: (): void => undefined }
const append = (session: string, number: number): AppendRequest => {
  return { ...nothing, kind: 'data', session, number, payload: new Uint8Array(), sent: false }
}
const newRequests = (): Requests => {
  let ids = 0
  return new Requests(() => `id-${++ids}`)
}

describe('appends that wait', () => {
  it('are found by their session and number, several of one number too', () => {
    const requests = newRequests()
    const [first, again, other] = [append('s', 1), append('s', 1), append('s', 2)]
    for (const request of [first, again, other, append('t', 1)]) requests.submitAppend(request)
    expect(requests.waitingFor('s', 1)).toEqual([first, again])
    expect(requests.waitingFor('s', 2)).toEqual([other])
    expect(requests.waitingFor('s', 3)).toEqual([])
    expect(requests.waitingFor('u', 1)).toEqual([])
    expect([...requests.waitingAppends()]).toHaveLength(4)
  })

  it('that are dropped are neither found nor handed over, and others of their number are', () => {
    const requests = newRequests()
    const [first, again] = [append('s', 1), append('s', 1)]
    requests.submitAppend(first)
    requests.submitAppend(again)
    requests.dropAppend(first)
    requests.dropAppend(first)
    expect(requests.waitingFor('s', 1)).toEqual([again])
    expect(requests.appends.take(0).requests).toEqual([again])
    requests.dropAppend(again)
    expect([requests.waitingFor('s', 1), [...requests.waitingAppends()]]).toEqual([[], []])
    expect(requests.appends.waiting).toBe(0)
  })

  it('may be settled while they are looked at', () => {
    const requests = newRequests()
    for (let number = 0; number < 5; number++) {
      requests.submitAppend(append('s', 1))
      requests.submitAppend(append('t', number))
    }
    for (const request of requests.waitingFor('s', 1)) requests.dropAppend(request)
    for (const request of [...requests.waitingAppends()]) requests.dropAppend(request)
    expect([...requests.waitingAppends()]).toEqual([])
    expect(requests.appends.waiting).toBe(0)
  })
})

test.each(['appends', 'barriers', 'leases', 'changes'] as const)('%s are under way until they are answered', kind => {
  const requests = newRequests()
  expect(requests.areUnderWay).toBe(false)
  const { id } = requests[kind].take(0)
  expect(requests.areUnderWay).toBe(true)
  requests[kind].answered(id)
  expect(requests.areUnderWay).toBe(false)
})

test('appends that were declined are under way until they are handed over again', () => {
  const requests = newRequests()
  requests.submitAppend(append('s', 1))
  const { id } = requests.appends.take(0)
  requests.appends.later(requests.appends.answered(id))
  expect(requests.areUnderWay).toBe(true)
  requests.appends.retry(0, false)
  expect(requests.areUnderWay).toBe(false)
})

describe('barriers that wait', () => {
  const barrier = (): BarrierRequest => ({ ...nothing, askedAt: 0, slack: 0 })

  it('and those for which a lease is enough are dropped each from where it is', () => {
    const requests = newRequests()
    const [whole, leased, other] = [barrier(), barrier(), barrier()]
    requests.barriers.submit(whole)
    requests.leases.submit(leased)
    requests.leases.submit(other)
    requests.dropBarrier(whole)
    expect([requests.barriers.waiting, requests.leases.waiting]).toEqual([0, 2])
    requests.dropBarrier(other)
    expect(requests.leases.take(0).requests).toEqual([leased])
    requests.leases.accept([leased])
    requests.dropBarrier(leased)
    expect([requests.leases.waiting, requests.leases.awaited]).toEqual([0, 0])
  })
})

describe('barriers that are confirmed', () => {
  const barrier = (settled: (readonly [string, number])[], name: string): BarrierRequest => {
    return { ...nothing, askedAt: 0, slack: 0, done: index => void settled.push([name, index]) }
  }

  it('are done once this member has reached their index, with that index', () => {
    const requests = newRequests()
    const settled: (readonly [string, number])[] = []
    requests.confirmBarriers(7, [barrier(settled, 'a'), barrier(settled, 'b')])
    requests.confirmBarriers(5, [barrier(settled, 'c')])
    requests.reached(4)
    expect(settled).toEqual([])
    requests.reached(5)
    expect(settled).toEqual([['c', 5]])
    requests.reached(100)
    requests.reached(100)
    expect(settled.slice(1)).toEqual([['a', 7], ['b', 7]]) // prettier-ignore
  })

  it('may ask for another as they are done', () => {
    const requests = newRequests()
    const settled: (readonly [string, number])[] = []
    const again = barrier(settled, 'again')
    requests.confirmBarriers(1, [{ ...again, done: () => requests.confirmBarriers(2, [again]) }])
    requests.reached(2)
    expect(settled).toEqual([])
    requests.reached(2)
    expect(settled).toEqual([['again', 2]])
  })

  it('at the largest index are done there and not before', () => {
    const requests = newRequests()
    const settled: (readonly [string, number])[] = []
    requests.confirmBarriers(Number.MAX_SAFE_INTEGER, [barrier(settled, 'a')])
    requests.reached(Number.MAX_SAFE_INTEGER - 1)
    expect(settled).toEqual([])
    requests.reached(Number.MAX_SAFE_INTEGER)
    expect(settled).toEqual([['a', Number.MAX_SAFE_INTEGER]])
  })
})
