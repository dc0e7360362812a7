import fc from 'fast-check'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { NO_TICKET } from '../../streams/operators/waitlist'
import { Attempts, type Attempted } from '../../streams/sources/attempts'
import { Deadlines, type Timed } from '../../streams/sources/deadlines'

interface Asked extends Attempted {
  readonly name: string
  settled: boolean
}

const noTickets = { unsentTicket: NO_TICKET, acceptedTicket: NO_TICKET }

test('whatever happens, every request that is not settled is handed over again after the next change of leader', () => {
  const step = fc.constantFrom('submit', 'take', 'answer', 'decline', 'forget', 'retry', 'overdue')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      let count = 0
      const attempts = new Attempts<Asked>(() => `id-${++count}`)
      const [live, ids] = [new Set<Asked>(), new Array<string>()]
      const deeds: Record<string, (now: number) => void> = {
        submit: now => {
          const request = { ...noTickets, name: `r-${now}`, settled: false }
          live.add(request)
          attempts.submit(request)
        },
        take: now => ids.push(attempts.take(now).id),
        answer: () => attempts.accept(attempts.answered(ids.pop() ?? '')),
        decline: () => attempts.later(attempts.answered(ids.shift() ?? '')),
        forget: () => {
          const [oldest] = live
          if (oldest === undefined) return
          live.delete(oldest)
          oldest.settled = true
          attempts.forget(oldest)
        },
        overdue: now => attempts.retry(now - 5, false),
        retry: () => {
          const { waiting, mayRetry } = attempts
          attempts.retry(Infinity, false)
          if (attempts.waiting > waiting) expect(mayRetry).toBe(true)
          expect(attempts.mayRetry).toBe(false)
        },
      }
      steps.forEach((deed, now) => deeds[deed]?.(now))
      attempts.retry(Infinity, true)
      const again = attempts.take(100).requests
      expect(again.map(({ name }) => name).sort()).toEqual([...live].map(({ name }) => name).sort())
    }),
  )
})

const wait = fc.record({
  pauseMs: fc.nat({ max: 20 }),
  timeoutMs: fc.constantFrom(0, 1, 7, 30, 31, 100),
  settleAfterMs: fc.option(fc.nat({ max: 60 }), { nil: Infinity }),
})

test('deadlines are kept to the millisecond by any mix of timeouts, additions and settlements', () => {
  fc.assert(
    fc.property(fc.array(wait, { maxLength: 40 }), waits => {
      const clock = new VirtualClock(1_000)
      const deadlines = new Deadlines(clock)
      const [expired, expected] = [new Array<string>(), new Array<string>()]
      waits.forEach(({ pauseMs, timeoutMs, settleAfterMs }, name) => {
        clock.advanceBy(pauseMs)
        const deadline = clock.now() + timeoutMs
        const expire = () => void expired.push(`${name} at ${clock.now()}`)
        const timed: Timed = { timeoutMs, deadline, deadlineTicket: NO_TICKET, expire }
        deadlines.add(timed)
        if (settleAfterMs < timeoutMs) clock.schedule(() => deadlines.delete(timed), settleAfterMs)
        else expected.push(`${name} at ${deadline}`)
      })
      clock.advanceBy(1_000)
      expect([...expired].sort()).toEqual([...expected].sort())
      expect(clock.pending).toBe(0)
    }),
  )
})
