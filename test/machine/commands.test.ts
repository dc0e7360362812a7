import {
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  Min,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator'
import * as v from 'valibot'
import { z } from 'zod'
import {
  commands,
  fromClass,
  isKayakError,
  type Codec,
  type CommandOf,
  type KayakError,
  type StandardSchema,
} from 'kayak'
import { ofType } from 'kayak/streams'
import { from } from 'rxjs'
import { see } from '../streams/operators/seen'

class Close {
  @IsString() declare readonly account: string
  @IsOptional() @IsInt() @Min(1) declare readonly fee?: number
  describe(): string {
    return this.account
  }
}

const codec = commands({
  deposit: z.object({ to: z.string().min(1), amount: z.number().int().positive() }),
  transfer: v.object({ from: v.string(), to: v.string(), parts: v.array(v.object({ amount: v.number() })) }),
  close: fromClass(Close),
})
type Command = CommandOf<typeof codec>

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

function failure(work: () => unknown): KayakError {
  try {
    work()
  } catch (error) {
    if (isKayakError(error)) return error
    throw error
  }
  throw new Error('It did not fail.')
}

/** What a caller without types may give. */
const encode = (value: unknown): Uint8Array => codec.encode(value as Command)

const schemaOf = (validate: (value: unknown) => unknown): StandardSchema<object> =>
  // what somebody else's schema may be
  ({ '~standard': { version: 1, vendor: 'test', validate } }) as unknown as StandardSchema<object>

describe('commands', () => {
  const all: readonly Command[] = [
    { type: 'deposit', to: 'ann', amount: 7 },
    { type: 'transfer', from: 'ann', to: 'bob', parts: [{ amount: 0.5 }, { amount: 1e21 }] },
    { type: 'close', account: '\ud800 ü', fee: 1 },
    { type: 'close', account: '' },
  ]

  test('come out as they went in, as plain objects', () => {
    for (const command of all) expect(codec.decode(codec.encode(command))).toEqual(command)
    expect(text(encode(all[0]))).toBe('[1,"deposit",1,{"to":"ann","amount":7}]')
  })

  test('are told apart by their types', () => {
    const entries = all.map((payload, at) => ({ index: at + 1, term: 1, kind: 'data' as const, time: 0, payload }))
    const amounts = see(from(entries).pipe(ofType('deposit'))).values.map(({ payload }) => payload.amount)
    expect(amounts).toEqual([7])
    // @ts-expect-error -- a deposit has an amount, and it is a number
    const wrong: Command = { type: 'deposit', to: 'ann', amount: '7' }
    // @ts-expect-error -- there is no such command
    const other: Command = { type: 'withdraw', from: 'ann' }
    expect([wrong.type, other.type]).toEqual(['deposit', 'withdraw'])
  })

  test.each([
    [{ type: 'deposit', to: 'ann', amount: -1 }, 'The command "deposit" is not valid: amount: '],
    [{ type: 'deposit', to: '' }, /to: .*; amount: /],
    [{ type: 'transfer', from: 'a', to: 'b', parts: [{ amount: 1 }, { amount: '2' }] }, 'parts.1.amount: '],
    [{ type: 'close', account: 7 }, 'account: account must be a string'],
    [{ type: 'close', account: 'ann', fee: 0 }, 'fee: '],
    [{ type: 'close', account: 'ann', besides: 1 }, 'besides: '],
    [{ type: 'withdraw' }, 'There is no command of the type "withdraw": deposit, transfer, close.'],
    [{ type: 'toString' }, 'There is no command of the type'],
    [{ to: 'ann' }, 'There is no command of the type'],
    [null, 'plain object'],
    [[], 'plain object'],
    ['deposit', 'plain object'],
  ])('that are not valid are refused before they are proposed: %p', (value, message) => {
    const error = failure(() => encode(value))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(error.message).toMatch(message)
  })

  test('are what their schema has made of them, once', () => {
    const defaults = commands({ note: z.object({ text: z.string().trim(), tags: z.array(z.string()).default([]) }) })
    const given = { type: 'note', text: ' x ' } as unknown as CommandOf<typeof defaults>
    expect(defaults.decode(defaults.encode(given))).toEqual({ type: 'note', text: 'x', tags: [] })
    const schemas = {
      twice: z.object({ text: z.string().transform(value => `${value}!`) }),
      length: z.object({ text: z.string().transform(value => value.length) }),
      date: z.object({ text: z.string(), at: z.date().default(new Date(0)) }),
      big: z.object({ text: z.string(), size: z.bigint().default(7n) }),
      type: z.object({ text: z.string(), type: z.string().default('x') }),
      list: schemaOf(() => ({ value: [] })),
      proto: schemaOf(() => ({ value: JSON.parse('{"__proto__":1}') as unknown })),
      failing: schemaOf(() => {
        throw new Error('fault')
      }),
    }
    const strange = commands(schemas)
    for (const type of Object.keys(schemas))
      expect(failure(() => strange.encode({ type, text: 'x' } as never)).code).toBe('KAYAK_INVALID')
  })

  class Anything {
    @IsDefined() declare readonly value: unknown
  }
  const anything = commands({
    zod: z.object({ value: z.unknown(), more: z.any().optional() }),
    valibot: v.object({ value: v.unknown() }),
    class: fromClass(Anything),
  })
  const sparse: unknown[] = [1]
  sparse[2] = 3
  const circle: unknown[] = []
  circle.push(circle)

  test.each([
    ['NaN', NaN],
    ['a number without end', -Infinity],
    ['-0', -0],
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['a set', new Set([1])],
    ['bytes', Uint8Array.of(1)],
    ['an instance', new Anything()],
    ['a boxed string', new String('x')],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['nothing in a list', [undefined]],
    ['a gap', sparse],
    ['a list with fields', Object.assign([1], { name: 'x' })],
    ['a list with a symbol', Object.assign([1], { [Symbol('x')]: 1 })],
    ['a list of a class', new (class List extends Array<number> {})()],
    ['a symbol as a key', { [Symbol('x')]: 1 }],
    ['a way to write it', { toJSON: () => 1 }],
    ['itself', circle],
  ])('that hold %s are refused, wherever it is, since JSON would not give it back', (_, lost) => {
    for (const type of ['zod', 'valibot', 'class'] as const)
      for (const value of [lost, [lost], { in: { it: lost } }])
        expect(failure(() => anything.encode({ type, value }))).toMatchObject({
          code: 'KAYAK_INVALID',
          outcome: 'rejected',
          message: expect.stringContaining(`The command "${type}" is not valid: `) as unknown,
        })
  })

  test('say where what is lost is, and hold all that JSON gives back', () => {
    const wrong = failure(() => anything.encode({ type: 'zod', value: { list: [1, { rate: NaN }] } }))
    expect(wrong.message).toContain('value.list.1.rate: JSON makes something else of NaN.')
    const dated = failure(() => anything.encode({ type: 'class', value: new Date(0) }))
    expect(dated.message).toContain('value: JSON makes something else of an instance of Date.')
    const bare = Object.assign(Object.create(null) as object, { name: 'x' })
    const kept = [[null], '', '\ud800', 0, 1e21, true, [], {}, [[null]], { a: [{ b: 'c' }] }, bare]
    for (const type of ['zod', 'valibot', 'class'] as const)
      for (const value of kept) expect(anything.decode(anything.encode({ type, value }))).toEqual({ type, value })
    const left = anything.encode({ type: 'zod', value: { a: undefined, b: 1 }, more: undefined })
    expect(text(left)).toBe('[1,"zod",1,{"value":{"b":1}}]')
  })

  test('of asynchronous schemas are refused, whatever becomes of those', async () => {
    const slow = commands({
      zod: z.object({ to: z.string().refine(async value => Promise.resolve(value !== '')) }),
      failing: schemaOf(async () => Promise.reject(new Error('later'))),
    })
    for (const type of ['zod', 'failing'] as const)
      expect(failure(() => slow.encode({ type, to: 'ann' })).message).toContain('asynchronous')
    await new Promise(setImmediate)
  })

  test('of which one in the log is no command, or not valid any more, are not believed', () => {
    const wrong = [
      '',
      '{}',
      '[1]',
      'null',
      '[1,"deposit",1,{"to":"ann","amount":7}]x',
      [0, 'deposit', 1, {}],
      ['1', 'deposit', 1, {}],
      [1, 7, 1, {}],
      [1, 'deposit', 0, {}],
      [1, 'deposit', 1.5, {}],
      [1, 'deposit', '1', {}],
      [1, 'deposit', 1, []],
      [1, 'deposit', 1, null],
      [1, 'deposit', 1, { to: 'ann', amount: 7 }, 1],
      [1, 'deposit', 1, { to: 'ann', amount: -7 }],
      [1, 'close', 1, { account: 'ann', type: 'deposit' }],
    ]
    for (const value of wrong)
      expect([value, failure(() => codec.decode(bytes(value))).code]).toEqual([value, 'KAYAK_INVALID'])
    const noText = bytes('[1,"close",1,{"account":"?"}]').map(byte => (byte === 0x3f ? 0xff : byte))
    expect(failure(() => codec.decode(noText)).code).toBe('KAYAK_INVALID')
    const newer = [
      [2, 'deposit', 1, {}],
      [1, 'deposit', 2, {}],
      [1, 'withdraw', 1, {}],
      [1, '__proto__', 1, {}],
    ]
    for (const value of newer) expect(failure(() => codec.decode(bytes(value))).code).toBe('KAYAK_VERSION')
  })
})

describe('versions of a command', () => {
  interface First {
    readonly name: string
  }
  interface Second {
    readonly account: string
  }
  const schema = z.object({ account: z.string(), currency: z.string().length(3) })
  const newest = commands({
    open: {
      version: 3,
      schema,
      upcast: {
        1: ({ name }: First): Second => ({ account: name }),
        2: (old: Second) => ({ ...old, currency: 'EUR' }),
      },
    },
  })

  test('are taken up one step after the other, and validated then', () => {
    const open = (version: number, fields: unknown) => newest.decode(bytes([1, 'open', version, fields]))
    const ann = { type: 'open', account: 'ann', currency: 'EUR' }
    expect(open(1, { name: 'ann' })).toEqual(ann)
    expect(open(2, { account: 'ann' })).toEqual(ann)
    expect(open(3, { account: 'ann', currency: 'EUR' })).toEqual(ann)
    expect(text(newest.encode({ type: 'open', account: 'ann', currency: 'EUR' }))).toContain('["open",3,'.slice(1))
    expect(failure(() => open(1, { name: 7 })).message).toContain('account: ')
    expect(failure(() => open(4, {})).code).toBe('KAYAK_VERSION')
  })

  test('that nothing takes up are of another version, and those that fail are not valid', () => {
    const later = commands({ open: { version: 3, schema, upcast: { 2: () => null } } })
    expect(failure(() => later.decode(bytes([1, 'open', 1, {}]))).code).toBe('KAYAK_VERSION')
    expect(failure(() => later.decode(bytes([1, 'open', 2, {}]))).code).toBe('KAYAK_INVALID')
    const fault = new Error('fault')
    const failing = commands({
      open: {
        version: 2,
        schema,
        upcast: {
          1: () => {
            throw fault
          },
        },
      },
    })
    expect(failure(() => failing.decode(bytes([1, 'open', 1, {}])))).toMatchObject({
      code: 'KAYAK_INVALID',
      cause: fault,
    })
  })

  const up = (): object => ({})
  test.each([
    {},
    { open: Close },
    { open: undefined },
    { open: { version: 0, schema } },
    { open: { version: 1.5, schema } },
    { open: { version: 2, schema: Close } },
    { open: { version: 2, schema, upcast: { 2: up } } },
    { open: { version: 3, schema, upcast: { 1: up } } },
    { open: { version: 1, schema, upcast: { 0: up } } },
    { open: { version: 2, schema, upcast: { 1: 'up' } } },
    { open: { version: 2, schema, upcast: { x: up } } },
  ])('are refused where they are none: %p', definitions => {
    expect(failure(() => commands(definitions as never)).code).toBe('KAYAK_INVALID')
  })
})

describe('fromClass', () => {
  @ValidatorConstraint({ async: true })
  class Slow implements ValidatorConstraintInterface {
    async validate(): Promise<boolean> {
      return Promise.resolve(false)
    }
  }
  class Looked {
    @Validate(Slow) declare readonly name: string
  }
  class Bare {
    readonly name = ''
  }

  test('is for classes whose decorators can be asked at once', () => {
    expect(failure(() => fromClass(Looked)).message).toContain('asynchronous')
    expect(failure(() => fromClass(Bare)).message).toContain('no decorators')
  })

  test('takes fields that a class defines without a value, as compilers make them', () => {
    class Note {
      @IsString() text = undefined as unknown as string
      @IsOptional() @IsString() by: string | undefined = undefined
    }
    const notes = commands({ note: fromClass(Note) })
    expect(notes.decode(notes.encode({ type: 'note', text: 'x', by: undefined }))).toEqual({ type: 'note', text: 'x' })
    expect(failure(() => notes.encode({ type: 'note' } as never)).message).toContain('text: ')
  })

  test('gives fields, and not what a class does', () => {
    const codecOfClass: Codec<{ readonly type: 'close'; readonly account: string; readonly fee?: number }> = commands({
      close: fromClass(Close),
    })
    const command = codecOfClass.decode(codecOfClass.encode({ type: 'close', account: 'ann' }))
    expect(Object.getPrototypeOf(command)).toBe(Object.prototype)
    expect('describe' in command).toBe(false)
  })
})
