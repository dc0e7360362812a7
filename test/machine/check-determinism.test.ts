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
  'what fails when it is done first, and not again': state => {
    if (outside.count++ % 2 === 0) throw new Error('first')
    return state
  },
  'what fails in two ways': () => {
    throw new Error(`failure ${outside.count++}`)
  },
  'what fails by chance': state => {
    if (Math.random() < 0.5) throw new Error('unlucky')
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

  test('finds a command that is changed in place, the first time or the second, and says what it was', () => {
    type Adding = ApplyCommand<State, { add: number }, unknown>
    const changing: Adding = (state, command) => {
      command.add++
      return state
    }
    const changingLater: Adding = (state, command) => {
      if (outside.count++ % 2 === 1) command.add++
      return state
    }
    const failingAfter: Adding = (_, command) => {
      throw new Error(`failed at ${command.add++}`)
    }
    for (const apply of [changing, changingLater, failingAfter])
      expect(() => checkDeterminism(apply)(begun(), { add: 7 }, context)).toThrow(
        'The command {"add":7} of entry 5 changed the command that it was given.',
      )
    const spoiling: ApplyCommand<State, Record<string, unknown>, unknown> = (state, command) => {
      command['then'] = () => 1
      return state
    }
    expect(() => checkDeterminism(spoiling)(begun(), {}, context)).toThrow('changed the command')
  })

  test('does not look at a command that rows cannot hold', () => {
    class Adding {
      constructor(public add: number) {}
    }
    const apply: ApplyCommand<State, Adding, unknown> = (state, command) => {
      command.add = 8
      return { list: [...state.list, command.add] }
    }
    expect(checkDeterminism(apply)(begun(), new Adding(7), context)).toMatchObject({ state: { list: [1, 8] } })
  })

  test('tells of the failure, and leaves one that comes both times as it is', () => {
    const [first, again] = [new Error('first'), new Error('again')]
    const failing =
      (...faults: (Error | undefined)[]): Apply =>
      state => {
        const fault = faults.shift()
        if (fault !== undefined) throw fault
        return state
      }
    const wrong = (what: string, cause: Error): unknown =>
      expect.objectContaining({
        code: 'KAYAK_NONDETERMINISTIC',
        message: expect.stringContaining(what) as unknown,
        cause,
      })
    const caught = (apply: Apply): unknown => {
      try {
        return run(apply)
      } catch (error) {
        return error
      }
    }
    expect(caught(failing(first, undefined))).toEqual(wrong('failed, and did not when it was applied again', first))
    expect(caught(failing(first, again))).toEqual(wrong('failed in two ways', first))
    expect(caught(failing(undefined, again))).toEqual(wrong('failed when it was applied again', again))
    expect(caught(failing(first, new Error('first')))).toBe(first)
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
