import { lowerLimits } from '../../../lib/testing/cluster'
import type { KayakError } from '../../../streams/contracts/errors'
import { decodeEntries } from '../../../streams/contracts/entry-codec'
import { Bench, T, type Said } from './bench'

const SESSION = '0123456789abcdef0123'

let bench: Bench
let restore = (): void => undefined
beforeEach(() => (restore = lowerLimits({ batchBytes: 150, proposalsUnderWay: 3 })))
afterEach(() => {
  restore()
  bench.stop()
})

/** A follower of `b` whose callers append so much at once; a batch takes one. */
function burst(count: number): unknown[] {
  bench = new Bench({ log: [1] })
  bench.append('b', { term: 1, previous: [1, 1], commit: 1 })
  const seen: unknown[] = []
  const settle = {
    done: () => void seen.push('done'),
    failed: ({ code, budget }: KayakError) => void seen.push(budget === undefined ? code : `${code} ${budget}`),
  }
  for (let number = 1; number <= count; number++)
    bench.member.waiting.append(SESSION, number, new Uint8Array(100), 10 * T, settle)
  bench.pass(1)
  return seen
}

const nothing = { done: (): void => undefined, failed: (): void => undefined }
const numbersOf = (said: readonly Said[]): readonly number[] =>
  said.flatMap(({ entries }) =>
    (entries instanceof Uint8Array ? decodeEntries(entries) : []).map(({ number }) => number),
  )

const answer = (said: readonly Said[], verdict: string, fields: object = {}): void => {
  for (const { id } of said) bench.hear('b', { type: 'propose-reply', id, verdict, expired: [], ...fields })
}

describe('a burst of appends', () => {
  it('goes to the leader a few batches at a time, in order, as those before are answered', () => {
    burst(8)
    const first = bench.said('propose')
    expect(numbersOf(first)).toEqual([1, 2, 3])
    bench.pass(T / 2)
    expect(bench.said('propose')).toEqual([])
    answer(first.slice(0, 2), 'accepted')
    expect(numbersOf(bench.pass(1).said('propose'))).toEqual([4, 5])
    answer(first.slice(2), 'accepted')
    expect(numbersOf(bench.pass(1).said('propose'))).toEqual([6])
  })

  it('goes on after batches that were lost, from the first', () => {
    burst(5)
    expect(numbersOf(bench.said('propose'))).toEqual([1, 2, 3])
    let again: readonly number[] = []
    for (let ms = 0; ms < 2 * T && again.length === 0; ms++) {
      if (ms % 10 === 0) bench.append('b', { term: 1, previous: [1, 1], commit: 1 })
      again = numbersOf(bench.pass(1).said('propose'))
    }
    expect(again).toEqual([1, 2, 3])
  })

  it('goes on at once where the leader is heard again that was lost meanwhile, in the same term', () => {
    bench = new Bench({ log: [1], voters: 'bc', learners: 'a' })
    const hear = (): Bench => bench.append('b', { term: 1, previous: [1, 1], commit: 1 })
    hear()
    for (let ms = 0; bench.replica.standing.leader !== undefined && ms < 2 * T; ms++) {
      if (ms === T - 1) bench.member.waiting.append(SESSION, 1, new Uint8Array(100), 10 * T, nothing)
      bench.pass(1)
    }
    expect(numbersOf(bench.said('propose'))).toEqual([1])
    expect(numbersOf(hear().said('propose'))).toEqual([1])
  })

  it('goes on where the leader has refused some', () => {
    const seen = burst(4)
    answer(bench.said('propose'), 'overloaded', { budget: 'unapplied' })
    expect(seen).toEqual(Array(3).fill('KAYAK_OVERLOADED unapplied'))
    expect(numbersOf(bench.pass(1).said('propose'))).toEqual([4])
  })
})
