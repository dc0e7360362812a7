import { randomUUID } from 'node:crypto'
import { checkDeterminism, contextOf, reply, type ApplyCommand } from 'kayak'
import { PersistentMap } from 'kayak/streams'
import { World, record, watch } from '../host/world.js'
import { accountsOf, codec, deposit, none } from './accounts.js'

interface State {
  readonly list: number[]
  readonly text?: string
}
type Apply = ApplyCommand<State, { readonly add: number }, unknown>

const context = contextOf({ index: 5, term: 2, time: 1000 })
const begun = (): State => ({ list: [1] })
const run = (apply: Apply) => checkDeterminism(apply)(begun(), { add: 7 }, context)

const outside = { count: 0, seen: new Set<number>(), order: [3, 1, 2] }

const WRONG: Readonly<Record<string, Apply>> = {
  'chance, however it is used': state => (Math.random() < 0.5 ? state : { list: [] }),
  'chance in what is answered': state => reply(state, Math.random()),
  'the clock': state => ({ ...state, text: String(Date.now()) }),
  'a date of now': state => ({ ...state, text: new Date().toISOString().slice(0, 4) }),
  'a date in words': state => reply(state, Date()),
  'what is kept outside': state => ({ ...state, text: String(outside.count++) }),
  'what is iterated over outside': (state, { add }) => {
    outside.seen.add(outside.seen.size + add)
    return { list: [...outside.seen, ...state.list] }
  },
  'an order that is changed outside': state => ({ list: [...state.list, ...outside.order.reverse()] }),
  'what only Node knows': state => reply(state, randomUUID()),
  'what fails when it is done again': state => {
    if (outside.count++ % 2 === 1) throw new Error('again')
    return state
  },
}

describe('checkDeterminism', () => {
  beforeEach(() => (outside.count = 0))

  test.each(Object.entries(WRONG))('finds %s', (_, apply) => {
    expect(() => run(apply)).toThrow(
      expect.objectContaining({
        code: 'KAYAK_NONDETERMINISTIC',
        index: 5,
        message: expect.stringContaining('{"add":7} of entry 5') as unknown,
      }) as Error,
    )
  })

  test('finds a state that is changed in place, given back or not', () => {
    const pushing: Apply = (state, { add }) => {
      state.list.push(add)
      return state
    }
    const copying: Apply = (state, { add }) => {
      state.list.push(add)
      return { list: [...state.list] }
    }
    for (const apply of [pushing, copying]) expect(() => run(apply)).toThrow('changed the state that it was given')
  })

  test('lets pass what is right, and leaves the process as it was', () => {
    const { random } = Math
    const { Date: RealDate } = globalThis
    const right: Apply = ({ list }, { add }, { index, term, now, random, uuid }) =>
      reply({ list: [...list, add], text: new Date(now).toISOString() }, [index, term, random(), uuid()])
    const made = run(right)
    expect(made).toMatchObject({ state: { list: [1, 7], text: '1970-01-01T00:00:01.000Z' } })
    expect([Math.random === random, Date === RealDate]).toEqual([true, true])
    const chance: Apply = (state, _, given) => reply(state, [given.random(), given.uuid(), given.random()])
    expect(run(chance)).toMatchObject({ value: expect.any(Array) as unknown })
    expect(() =>
      run(() => {
        throw new Error('poison')
      }),
    ).toThrow('poison')
    expect([Math.random === random, Date === RealDate]).toEqual([true, true])
  })

  test('keeps a state that is not changed the same, and the parts that are shared', () => {
    const balances = PersistentMap.from([['ann', 1]])
    const same = checkDeterminism((state: typeof balances) => state)(balances, {}, context)
    expect(same).toMatchObject({ state: balances })
    expect((same as unknown as { state: unknown }).state).toBe(balances)
  })

  test('takes ways to copy and to compare for what toRows cannot write', () => {
    class Total {
      constructor(readonly sum: number) {}
    }
    const apply = ({ sum }: Total, add: number) => new Total(sum + add)
    expect(() => checkDeterminism(apply)(new Total(1), 2, context)).toThrow('map it to plain values')
    const checked = checkDeterminism(apply, {
      copy: ({ sum }) => new Total(sum),
      equal: (one, other) => (one instanceof Total && other instanceof Total ? one.sum === other.sum : one === other),
    })
    expect(checked(new Total(1), 2, context)).toMatchObject({ state: { sum: 3 } })
  })

  it('fails a machine that is told to look', async () => {
    const world = new World()
    const host = await world.start('a', { codec })
    const one = accountsOf(world, host, {
      checkDeterminism: true,
      apply: (state, command) => (command.type === 'deposit' ? state.set(command.to, Math.random()) : none),
    })
    const states = record(one.state$)
    const proposed = watch(one.propose(deposit('ann', 7)))
    await world.until(() => proposed.settled)
    const fault = { code: 'KAYAK_NONDETERMINISTIC', index: host.log.shown }
    expect(states).toMatchObject({
      end: 'error',
      error: { ...fault, message: expect.stringContaining('"ann"') as unknown },
    })
    expect(proposed.error).toMatchObject({ ...fault, outcome: 'unknown' })
    await world.stop(host)
  })
})
