import {
  IsDefined,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateNested,
  validateSync,
} from 'class-validator'
import fc from 'fast-check'
import { MayBeMissing } from '../../streams/contracts/fields'
import { AppendReply, message } from '../../streams/contracts/messages'
import { isSurelyValid } from '../../streams/contracts/quick-check'

class Sample {
  @IsInt() @Min(0) @Max(9) declare readonly count: number
  @IsOptional() @IsString() declare readonly name?: string
  @MayBeMissing() @IsInt({ each: true }) declare readonly list?: number[]
}

class Part {
  @IsInt() declare readonly count: number
}
class Needed {
  @IsDefined() @ValidateNested() declare readonly part: Part
}
class Whole {
  @ValidateNested() declare readonly part: Part
}
class Parts {
  @IsObject({ each: true }) declare readonly parts: readonly object[]
}
class OnCondition {
  @IsInt({ validateIf: () => false }) declare readonly count: number
}
class Bare {
  readonly count = 1
}

const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true }
const anything = fc.oneof(
  fc.constantFrom(undefined, null, 0, 9, 10, -1, 1.5, NaN, '', '1', true, [], [1], ['1'], [[1]], {}),
  fc.anything(),
)

describe('a quick check', () => {
  it('says of nothing that it is right what class-validator refuses, and misses nothing that these decorators allow', () => {
    const keys = fc.constantFrom('count', 'name', 'list', 'other')
    fc.assert(
      fc.property(fc.dictionary(keys, anything), plain => {
        const sample = Object.assign(new Sample(), plain)
        expect(isSurelyValid(Sample, sample)).toBe(validateSync(sample, options).length === 0)
      }),
      { numRuns: 2000, examples: [[{ count: 9, list: 9 }], [{ count: 9, list: '9' }], [{ count: 9, list: {} }]] },
    )
  })

  it('knows messages', () => {
    const nothing = { match: 0, verified: 0, round: 0, refusedIndex: 0, hintIndex: 0, hintTerm: 0 }
    const reply = message(AppendReply, { term: 1, incarnation: 1, fits: true, ...nothing })
    expect(isSurelyValid(AppendReply, reply)).toBe(true)
    expect(isSurelyValid(AppendReply, Object.assign(new AppendReply(), reply, { match: -1 }))).toBe(false)
  })

  it('knows what has to be there', () => {
    const needed = (part: unknown) => isSurelyValid(Needed, Object.assign(new Needed(), { part }))
    expect([Object.assign(new Part(), { count: 1 }), undefined, null].map(needed)).toEqual([true, false, false])
  })

  it('looks into what is nested', () => {
    const part = (count: unknown) => Object.assign(new Part(), { count })
    const is = (value: unknown) => isSurelyValid(Whole, Object.assign(new Whole(), { part: value }))
    expect([part(1), [part(1), part(2)], []].map(is)).toEqual([true, true, true])
    const wrong: unknown[] = [
      part('1'),
      [part(1), part(1.5)],
      { count: 1 },
      [1],
      1,
      undefined,
      null,
      new Set([part(1)]),
    ]
    wrong.push(
      Object.create(null),
      Object.assign(part(1), { constructor: 5 }),
      Object.assign(part(1), { constructor: Bare }),
    )
    expect(wrong.map(is)).toEqual(wrong.map(() => false))
  })

  it('leaves to class-validator what it does not know', () => {
    expect(isSurelyValid(OnCondition, Object.assign(new OnCondition(), { count: 'x' }))).toBe(false)
    expect(isSurelyValid(Bare, new Bare())).toBe(false)
    expect(isSurelyValid(Parts, Object.assign(new Parts(), { parts: new Set([1]) }))).toBe(false)
  })
})
