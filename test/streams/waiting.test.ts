import { VirtualClock } from '../../lib/testing/virtual-clock'
import { NO_TICKET } from '../../streams/operators/waitlist'
import { Attempts, type Attempted } from '../../streams/sources/attempts'
import { Deadlines, type Timed } from '../../streams/sources/deadlines'

interface Asked extends Attempted {
  readonly name: string
  settled: boolean
}

const noTickets = { unsentTicket: NO_TICKET, acceptedTicket: NO_TICKET }

describe('attempts', () => {
  let count = 0
  let attempts: Attempts<Asked>
  let all: Map<string, Asked>
  beforeEach(() => {
    count = 0
    attempts = new Attempts(() => `id ${++count}`)
    all = new Map()
  })
  const asked = (name: string): Asked => {
    const request = all.get(name) ?? { ...noTickets, name, settled: false }
    all.set(name, request)
    return request
  }
  const submit = (...names: string[]): void => names.forEach(name => attempts.submit(asked(name)))
  const settle = (name: string): void => {
    asked(name).settled = true
    attempts.forget(asked(name))
  }
  const take = (now: number, fits?: () => boolean) => {
    const { id, requests } = attempts.take(now, fits)
    return { id, requests: requests.map(({ name }) => name) }
  }

  it('are taken in the order in which they came, as far as they fit, each under an id of its own', () => {
    submit('a', 'b', 'c')
    let room = 2
    expect(take(0, () => room-- > 0)).toEqual({ id: 'id 1', requests: ['a', 'b'] })
    expect(take(0)).toEqual({ id: 'id 2', requests: ['c'] })
    expect(attempts.waiting).toBe(0)
  })

  it('are answered once, and only by their own id', () => {
    submit('a')
    attempts.take(0)
    expect(attempts.answered('id 7')).toEqual([])
    expect(attempts.answered('id 1')).toEqual([asked('a')])
    expect(attempts.answered('id 1')).toEqual([])
  })

  it('begin anew, under a new id, when no answer has come; a late one counts for nothing', () => {
    submit('a')
    attempts.take(10)
    attempts.retry(9, false)
    expect(attempts.waiting).toBe(0)
    attempts.retry(10, false)
    expect(take(20)).toEqual({ id: 'id 2', requests: ['a'] })
    expect(attempts.answered('id 1')).toEqual([])
  })

  it('that were declined wait for the next look, so that nobody is asked in a tight circle', () => {
    submit('a')
    attempts.take(0)
    attempts.later(attempts.answered('id 1'))
    expect(attempts.waiting).toBe(0)
    attempts.retry(-1, false)
    expect(attempts.waiting).toBe(1)
  })

  it('that were accepted begin anew only with another leader', () => {
    submit('a')
    attempts.take(0)
    attempts.accept(attempts.answered('id 1'))
    attempts.retry(Infinity, false)
    expect(attempts.waiting).toBe(0)
    attempts.retry(Infinity, true)
    expect(take(1)).toEqual({ id: 'id 2', requests: ['a'] })
  })

  it('that were settled before they were accepted are not kept', () => {
    submit('a', 'b')
    attempts.take(0)
    settle('a')
    attempts.accept(attempts.answered('id 1'))
    expect(attempts.awaited).toBe(1)
    settle('b')
    expect(attempts.awaited).toBe(0)
  })

  it('begin anew ahead of what has come meanwhile', () => {
    submit('a')
    attempts.take(0)
    submit('b')
    attempts.retry(Infinity, true)
    expect(take(1).requests).toEqual(['a', 'b'])
  })

  it('are forgotten wherever they are', () => {
    submit('unsent', 'sent', 'accepted', 'declined')
    settle('unsent')
    attempts.take(0)
    attempts.accept([asked('accepted')])
    attempts.later([asked('declined')])
    for (const name of ['sent', 'accepted', 'declined']) settle(name)
    attempts.retry(Infinity, true)
    expect(attempts.waiting).toBe(0)
  })
})

describe('one request', () => {
  it('is handed over once, however often it was submitted, declined and accepted, and again where it is submitted again', () => {
    const attempts = new Attempts<Asked>(() => 'id')
    const one: Asked = { ...noTickets, name: 'one', settled: false }
    const taken = (): readonly string[] => attempts.take(0).requests.map(({ name }) => name)
    attempts.submit(one)
    attempts.submit(one)
    expect([taken(), taken()]).toEqual([['one'], []])
    attempts.submit(one)
    expect([taken(), taken()]).toEqual([['one'], []])
    attempts.accept([one])
    attempts.accept([one])
    attempts.later([one])
    expect(attempts.awaited).toBe(1)
    attempts.retry(Infinity, true)
    expect([taken(), taken(), attempts.awaited]).toEqual([['one'], [], 0])
  })
})

describe('deadlines', () => {
  const timed = (clock: VirtualClock, timeoutMs: number, expire: () => void): Timed => {
    return { timeoutMs, deadline: clock.now() + timeoutMs, deadlineTicket: NO_TICKET, expire }
  }

  it('come in order of time, whatever the timeouts, with one timer', () => {
    const clock = new VirtualClock()
    const deadlines = new Deadlines(clock)
    const seen: (readonly [number, number])[] = []
    const add = (timeoutMs: number): void =>
      deadlines.add(timed(clock, timeoutMs, () => seen.push([timeoutMs, clock.now()])))
    for (const timeoutMs of [50, 10, 30, 10]) add(timeoutMs)
    expect(clock.pending).toBe(1)
    clock.advanceBy(5)
    add(10)
    clock.advanceBy(100)
    expect(seen).toEqual([[10, 10], [10, 10], [10, 15], [30, 30], [50, 50]]) // prettier-ignore
    expect(clock.pending).toBe(0)
  })

  it('that are settled in time do not come, and leave one timer for all, which ends by itself', () => {
    const clock = new VirtualClock()
    const deadlines = new Deadlines(clock)
    const expire = jest.fn()
    const all = Array.from({ length: 1000 }, () => timed(clock, 10, expire))
    for (const one of all) deadlines.add(one)
    for (const one of all) {
      deadlines.delete(one)
      deadlines.delete(one)
    }
    expect(clock.pending).toBe(1)
    clock.advanceBy(100)
    expect(expire).not.toHaveBeenCalled()
    expect(clock.pending).toBe(0)
  })

  it('may be set from within one that comes', () => {
    const clock = new VirtualClock()
    const deadlines = new Deadlines(clock)
    const seen: number[] = []
    const again = (): void => {
      seen.push(clock.now())
      if (seen.length < 3) deadlines.add(timed(clock, 10, again))
    }
    deadlines.add(timed(clock, 10, again))
    clock.advanceBy(100)
    expect(seen).toEqual([10, 20, 30])
  })

  it('stop with their owner', () => {
    const clock = new VirtualClock()
    const deadlines = new Deadlines(clock)
    const expire = jest.fn()
    deadlines.add(timed(clock, 10, expire))
    deadlines.stop()
    clock.advanceBy(100)
    expect([expire.mock.calls.length, clock.pending]).toEqual([0, 0])
  })
})
