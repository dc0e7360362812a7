import { checkLinearizable, counter, registers, set } from '../../lib/testing/linearizability'
import type { Call, Model, RegisterInput } from '../../lib/testing/linearizability'
import { explains as isProof } from '../../lib/testing/linearizability/witness'
import { seededRandom } from '../../lib/testing/seeded-random'

import { codeThrownBy } from '../streams/thrown'

type RegisterCall = Call<RegisterInput, string | boolean | null>

const write = (invokedAt: number, settledAt: number, value: string): RegisterCall => {
  return { input: { type: 'write', value }, invokedAt, settledAt, outcome: 'done', output: null }
}
const read = (invokedAt: number, settledAt: number, output: string | null): RegisterCall => {
  return { input: { type: 'read' }, invokedAt, settledAt, outcome: 'done', output }
}
const swap = (invokedAt: number, settledAt: number, from: string | null, to: string, output: boolean): RegisterCall => {
  return { input: { type: 'swap', from, to }, invokedAt, settledAt, outcome: 'done', output }
}
const unknown = ({ input, invokedAt }: RegisterCall): RegisterCall => ({ input, invokedAt, outcome: 'unknown' })
const rejected = (call: RegisterCall): RegisterCall => ({ ...call, outcome: 'rejected' })
const of = (key: string, { input, ...call }: RegisterCall): RegisterCall => ({ ...call, input: { ...input, key } })

const GOOD: Record<string, readonly RegisterCall[]> = {
  'nothing at all': [],
  'one after another': [write(0, 1, 'a'), read(2, 3, 'a'), write(4, 5, 'b'), read(6, 7, 'b')],
  'a read during a write that sees the old value': [write(0, 1, 'a'), write(2, 9, 'b'), read(3, 4, 'a')],
  'a read during a write that sees the new value': [write(0, 1, 'a'), write(2, 9, 'b'), read(3, 4, 'b')],
  'concurrent writes, in the order that reads tell': [
    write(0, 9, 'a'),
    write(0, 9, 'b'),
    read(10, 11, 'a'),
    read(12, 13, 'a'),
  ],
  'calls that touch, which count as concurrent': [write(0, 5, 'a'), read(5, 6, null), read(7, 8, 'a')],
  'a write of unknown outcome that shows much later': [unknown(write(0, 1, 'a')), read(5, 6, null), read(9, 10, 'a')],
  'a write of unknown outcome that never shows': [unknown(write(0, 1, 'a')), read(5, 6, null), read(9, 10, null)],
  'a rejected write that never shows': [rejected(write(0, 1, 'a')), read(5, 6, null)],
  'swaps of which one wins': [swap(0, 9, null, 'a', true), swap(0, 9, null, 'b', false), read(10, 11, 'a')],
  'keys that don’t touch': [of('x', write(0, 1, 'a')), of('y', read(2, 3, null)), of('x', read(2, 3, 'a'))],
}

const BAD: Record<string, readonly RegisterCall[]> = {
  'a stale read': [write(0, 1, 'a'), read(2, 3, null)],
  'a value that nobody has written': [write(0, 1, 'a'), read(2, 3, 'b')],
  'a read of the future': [read(0, 1, 'a'), write(2, 3, 'a')],
  'new, then old': [write(0, 1, 'a'), write(2, 20, 'b'), read(3, 4, 'b'), read(5, 6, 'a')],
  'two readers that see two orders': [
    ...[write(0, 9, 'a'), write(0, 9, 'b')],
    ...[read(10, 11, 'a'), read(12, 13, 'b')],
  ],
  'a rejected write that shows': [rejected(write(0, 1, 'a')), read(5, 6, 'a')],
  'a write of unknown outcome that comes and goes': [
    ...[write(0, 1, 'a'), unknown(write(2, 3, 'b'))],
    ...[read(4, 5, 'b'), read(6, 7, 'a')],
  ],
  'a write of unknown outcome that takes effect twice': [
    ...[unknown(write(0, 1, 'a')), read(2, 3, 'a'), write(4, 5, 'b'), read(6, 7, 'a')],
  ],
  'a lost update': [write(0, 1, 'a'), swap(2, 3, 'a', 'b', true), swap(4, 5, 'a', 'c', true)],
  'two swaps that both win': [swap(0, 9, null, 'a', true), swap(0, 9, null, 'b', true)],
  'one bad key of many': [of('x', write(0, 1, 'a')), of('y', write(0, 1, 'b')), of('y', read(2, 3, null))],
}

/** The same by trying every order: slow, and too simple to be wrong. */
function explains<S, I, O>(model: Model<S, I, O>, calls: readonly Call<I, O>[], state: S = model.initial): boolean {
  if (calls.every(({ outcome }) => outcome !== 'done')) return true
  const deadline = Math.min(...calls.map(call => (call.outcome === 'done' ? (call.settledAt ?? 0) : Infinity)))
  return calls.some((call, at) => {
    if (call.outcome === 'rejected' || call.invokedAt > deadline) return false
    const after = model.step(state, call.input)
    const agrees = call.outcome !== 'done' || JSON.stringify(after.output) === JSON.stringify(call.output)
    return agrees && explains(model, [...calls.slice(0, at), ...calls.slice(at + 1)], after.state)
  })
}

describe('checking calls for linearizability', () => {
  test.each(Object.entries(GOOD))('finds an order for %s', (_, calls) => {
    expect(checkLinearizable(registers, calls)).toEqual({ ok: true })
    expect(checkLinearizable(registers, [...calls].reverse())).toEqual({ ok: true })
  })

  test.each(Object.entries(BAD))('finds no order for %s', (_, calls) => {
    expect(checkLinearizable(registers, calls)).toMatchObject({ ok: false })
    expect(checkLinearizable(registers, [...calls].reverse())).toMatchObject({ ok: false })
  })

  it('names the part that contradicts itself, and what can be explained of it', () => {
    const calls = [of('x', write(0, 1, 'a')), of('y', write(0, 1, 'b')), of('y', read(2, 3, null))]
    expect(checkLinearizable(registers, calls)).toEqual({
      ok: false,
      key: 'y',
      calls: calls.slice(1),
      explained: [calls[1]],
    })
  })

  it('says of random calls what trying every order says', () => {
    const random = seededRandom(1)
    const pick = <T>(...list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T
    const verdicts = Array.from({ length: 3000 }, () => {
      const calls = Array.from({ length: 6 }, (): RegisterCall => {
        const invokedAt = Math.floor(random.next() * 12)
        const settledAt = invokedAt + 1 + Math.floor(random.next() * 6)
        const value = pick('a', 'b')
        const call = pick(
          () => write(invokedAt, settledAt, value),
          () => read(invokedAt, settledAt, pick('a', 'b', null)),
          () => swap(invokedAt, settledAt, pick('a', null), value, pick(true, false)),
        )()
        return pick(call, call, call, unknown(call), rejected(call))
      })
      const { ok } = checkLinearizable(registers, calls)
      expect([ok, calls]).toEqual([explains(registers, calls), calls])
      return ok
    })
    // neither answer is rare, or little would have been compared
    expect(verdicts.filter(ok => ok).length).toBeGreaterThan(300)
    expect(verdicts.filter(ok => !ok).length).toBeGreaterThan(300)
  })

  it('takes an order for a proof exactly where it is one', () => {
    const random = seededRandom(3)
    const permutations = <T>(list: readonly T[]): readonly (readonly T[])[] =>
      list.length === 0
        ? [[]]
        : list.flatMap((one, at) => permutations(list.filter((_, other) => other !== at)).map(rest => [one, ...rest]))
    const verdicts = Array.from({ length: 400 }, () => {
      const calls = Array.from({ length: 4 }, (): RegisterCall => {
        const invokedAt = Math.floor(random.next() * 8)
        const settledAt = invokedAt + 1 + Math.floor(random.next() * 5)
        const value = random.next() < 0.5 ? 'a' : 'b'
        return random.next() < 0.5 ? write(invokedAt, settledAt, value) : read(invokedAt, settledAt, value)
      })
      const { ok } = checkLinearizable(registers, calls)
      expect([ok, calls]).toEqual([permutations(calls).some(order => isProof(registers, order)), calls])
      return ok
    })
    expect(new Set(verdicts)).toEqual(new Set([true, false]))
  })

  it('knows parts by any name, and states that become nothing', () => {
    const keys = ['constructor', '__proto__', 'toString']
    const calls = [...keys.map(key => of(key, write(0, 1, key))), ...keys.map(key => of(key, read(2, 3, key)))]
    expect(checkLinearizable(registers, calls)).toEqual({ ok: true })
    expect(isProof(registers, calls)).toBe(true)
    const forgetting: Model<string | null, string | null, string | null> = {
      initial: 'full',
      step: (state, input) => ({ state: input, output: state }),
    }
    const call = { invokedAt: 0, settledAt: 1, outcome: 'done' } as const
    const emptied = [
      { ...call, input: null, output: 'full' },
      { ...call, input: 'x', invokedAt: 2, settledAt: 3, output: null },
    ]
    expect(isProof(forgetting, emptied)).toBe(true)
    expect(checkLinearizable(forgetting, emptied)).toEqual({ ok: true })
  })

  it('refuses a call without an outcome that it knows', () => {
    // what no type allows
    const call = { ...write(0, 1, 'a'), outcome: 'ok' } as unknown as RegisterCall
    expect(codeThrownBy(() => checkLinearizable(registers, [call]))).toBe('KAYAK_INVALID')
  })

  it('goes through long histories of one caller', () => {
    const calls = Array.from({ length: 20_000 }, (_, at) => write(2 * at, 2 * at + 1, String(at)))
    expect(checkLinearizable(registers, calls)).toEqual({ ok: true })
  })

  it('gives up where there is too much to try, and says that it has', () => {
    const writes = Array.from({ length: 30 }, (_, at) => unknown(write(0, 1, String(at))))
    const calls = [...writes, read(2, 3, 'none of them')]
    expect(codeThrownBy(() => checkLinearizable(registers, calls, 10_000))).toBe('KAYAK_OVERLOADED')
    expect(checkLinearizable(registers, writes, 10_000)).toEqual({ ok: true })
  })

  it('goes through long histories of many callers', () => {
    const random = seededRandom(2)
    const calls: Call<{ type: 'add'; by: number }, number>[] = []
    let sum = 0
    // eight callers, each of which waits for its answer; what takes effect does so at whole times
    const free = Array.from({ length: 8 }, () => 0)
    for (let at = 1; at <= 4000; at++) {
      const caller = Math.floor(random.next() * free.length)
      const invokedAt = Math.max(free[caller] ?? 0, at - 3 * random.next())
      if (invokedAt >= at) continue
      const settledAt = at + 3 * random.next()
      free[caller] = settledAt
      calls.push({ input: { type: 'add', by: 1 }, invokedAt, settledAt, outcome: 'done', output: ++sum })
    }
    expect(calls.length).toBeGreaterThan(1500)
    expect(checkLinearizable(counter, calls)).toEqual({ ok: true })
    const [first] = calls
    const last = calls.at(-1)
    if (first === undefined || last === undefined) throw new Error('There are no calls.')
    const doubled = [...calls, { ...first, invokedAt: (last.settledAt ?? 0) + 1, settledAt: (last.settledAt ?? 0) + 2 }]
    expect(checkLinearizable(counter, doubled)).toMatchObject({ ok: false, explained: { length: calls.length } })
  })

  it('knows sets and counters', () => {
    const done = { outcome: 'done' } as const
    const add = { ...done, input: { type: 'add', element: 'a' }, invokedAt: 0, settledAt: 1, output: true } as const
    const again = { ...add, invokedAt: 2, settledAt: 3 }
    expect(checkLinearizable(set, [add, { ...again, output: false }])).toEqual({ ok: true })
    expect(checkLinearizable(set, [add, again])).toMatchObject({ ok: false })
    const elements = { ...done, input: { type: 'elements' }, invokedAt: 4, settledAt: 5, output: ['a'] } as const
    expect(checkLinearizable(set, [add, elements])).toEqual({ ok: true })
    expect(checkLinearizable(set, [add, { ...elements, output: [] }])).toMatchObject({ ok: false })
    const sum = { ...done, input: { type: 'add', by: 2 }, invokedAt: 0, settledAt: 9, output: 2 } as const
    const other = { ...sum, output: 4 }
    expect(checkLinearizable(counter, [other, sum])).toEqual({ ok: true })
    expect(checkLinearizable(counter, [sum, sum])).toMatchObject({ ok: false })
  })
})
