import fc from 'fast-check'
import { Attempts } from '../../../streams/sources/attempts'

const newAttempts = (...requests: string[]): Attempts<string> => {
  let ids = 0
  const attempts = new Attempts<string>(() => `id-${++ids}`)
  for (const request of requests) attempts.submit(request)
  return attempts
}

describe('what waits to be handed over', () => {
  it('is taken all at once, in order, under an id of its own', () => {
    const attempts = newAttempts('a', 'b')
    expect(attempts.take(0)).toEqual({ id: 'id-1', requests: ['a', 'b'] })
    attempts.submit('c')
    expect(attempts.take(0)).toEqual({ id: 'id-2', requests: ['c'] })
    expect([attempts.waiting, attempts.size]).toEqual([0, 3])
  })

  it('is taken from the front for as long as it fits, and the rest keeps its place', () => {
    const attempts = newAttempts('aa', 'b', 'cccc', 'd')
    let room = 5
    const fits = (request: string): boolean => (room -= request.length) >= 0
    expect(attempts.take(0, fits).requests).toEqual(['aa', 'b'])
    expect(attempts.take(0).requests).toEqual(['cccc', 'd'])
  })

  it('is not handed over once it is forgotten', () => {
    const attempts = newAttempts('a', 'b', 'c')
    attempts.forget('b')
    expect(attempts.take(0).requests).toEqual(['a', 'c'])
    attempts.forget('a')
    attempts.forget('c')
    expect(attempts.size).toBe(0)
  })
})

describe('an attempt', () => {
  it('is answered once', () => {
    const attempts = newAttempts('a')
    const { id } = attempts.take(0)
    expect([attempts.answered(id), attempts.answered(id), attempts.answered('id-9')]).toEqual([['a'], [], []])
  })

  it('without an answer is begun anew under another id, and its late answer counts for nothing', () => {
    const attempts = newAttempts('a')
    const first = attempts.take(10)
    attempts.retry(9, false)
    expect(attempts.waiting).toBe(0)
    attempts.retry(10, false)
    const second = attempts.take(20)
    expect(second.requests).toEqual(['a'])
    expect(second.id).not.toBe(first.id)
    expect(attempts.answered(first.id)).toEqual([])
    expect(attempts.answered(second.id)).toEqual(['a'])
  })

  it('that was declined waits until there is another look, so that nobody is asked in a tight circle', () => {
    const attempts = newAttempts('a')
    attempts.later(attempts.answered(attempts.take(10).id))
    expect(attempts.waiting).toBe(0)
    attempts.retry(-Infinity, false)
    expect(attempts.take(11).requests).toEqual(['a'])
  })

  it('that was accepted is begun anew only where the leader has changed', () => {
    const attempts = newAttempts('a', 'b')
    attempts.accept(attempts.answered(attempts.take(10).id))
    attempts.retry(Infinity, false)
    expect(attempts.waiting).toBe(0)
    attempts.forget('a')
    attempts.retry(0, true)
    expect(attempts.take(20).requests).toEqual(['b'])
    attempts.retry(0, true)
    expect(attempts.waiting).toBe(0)
  })

  it('goes before what has come since', () => {
    const attempts = newAttempts('a')
    attempts.take(1)
    attempts.submit('b')
    attempts.retry(1, false)
    expect(attempts.take(2).requests).toEqual(['a', 'b'])
  })

  it.each([
    ['under way', () => undefined],
    ['declined', (attempts: Attempts<string>) => attempts.later(attempts.answered('id-1'))],
    ['accepted', (attempts: Attempts<string>) => attempts.accept(attempts.answered('id-1'))],
  ])('whose request was given up while it was %s is not begun anew', (_, become) => {
    const attempts = newAttempts('a')
    attempts.take(1)
    become(attempts)
    attempts.forget('a')
    attempts.retry(Infinity, true)
    expect([attempts.waiting, attempts.size]).toEqual([0, 0])
  })

  it('accepted too late, after its request was given up, is not kept', () => {
    const attempts = newAttempts('a')
    const taken = attempts.answered(attempts.take(1).id)
    attempts.forget('a')
    attempts.accept(taken)
    attempts.retry(Infinity, true)
    expect(attempts.waiting).toBe(0)
  })
})

test('whatever happens, every request that is not settled is handed over again after the next change of leader', () => {
  const step = fc.constantFrom('submit', 'take', 'answer', 'decline', 'forget', 'retry')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const attempts = newAttempts()
      const [live, ids] = [new Set<string>(), new Array<string>()]
      const deeds: Record<string, (now: number) => void> = {
        submit: now => {
          live.add(`r-${now}`)
          attempts.submit(`r-${now}`)
        },
        take: now => ids.push(attempts.take(now).id),
        answer: () => attempts.accept(attempts.answered(ids.pop() ?? '')),
        decline: () => attempts.later(attempts.answered(ids.shift() ?? '')),
        forget: () => {
          const [oldest = ''] = live
          live.delete(oldest)
          attempts.forget(oldest)
        },
        retry: now => attempts.retry(now - 5, false),
      }
      steps.forEach((deed, now) => deeds[deed]?.(now))
      attempts.retry(Infinity, true)
      const again = attempts.take(100).requests
      expect([...again].sort()).toEqual([...live].sort())
      expect(attempts.size).toBe(live.size)
    }),
  )
})
