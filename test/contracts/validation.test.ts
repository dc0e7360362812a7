import { IsInt, IsString } from 'class-validator'
import { check } from '../../streams/contracts/validation'

class Sample {
  @IsInt() declare readonly count: number
  @IsString() declare readonly name: string
}

describe('checking a plain value', () => {
  test('gives an instance with its fields', () => {
    const checked = check(Sample, { count: 1, name: 'x' })
    expect(checked).toEqual({ ok: true, value: { count: 1, name: 'x' } })
    expect(checked.ok && checked.value).toBeInstanceOf(Sample)
  })

  test('does not change what it is given', () => {
    const plain = Object.freeze({ count: 1, name: 'x' })
    expect(check(Sample, plain).ok).toBe(true)
  })

  test.each([undefined, null, 1, 'x', [], [1], new Uint8Array(2), () => 1, Symbol('x')])('refuses %p', value => {
    expect(check(Sample, value)).toEqual({ ok: false, reason: 'not an object' })
  })

  test('names each field at fault, and says what is wrong', () => {
    const checked = check(Sample, { count: 'x', other: 1 })
    expect(checked.ok ? '' : checked.reason).toMatch(/count: .*; .*name: |other/)
  })

  test('counts own fields only', () => {
    expect(check(Sample, Object.create({ count: 1, name: 'x' })).ok).toBe(false)
  })

  test('refuses a key that reaches the prototype, and changes none', () => {
    const hostile: unknown = JSON.parse('{"count":1,"name":"x","__proto__":{"admin":true}}')
    expect(check(Sample, hostile)).toEqual({ ok: false, reason: '__proto__: not allowed' })
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})
