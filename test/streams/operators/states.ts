import fc from 'fast-check'
import { PersistentMap } from 'kayak/streams'

/** Values of every kind that rows take. */
export const states = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\ud800', '\udfff', 'a', 'é', '😀', '\0') }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(undefined, null, -0, NaN, Infinity, Number.MIN_SAFE_INTEGER, 2 ** 53, ''),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value'))).map(pairs => new Map(pairs)),
    fc.array(tie('value')).map(items => new Set(items)),
    fc.array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value'))).map(pairs => PersistentMap.from(pairs)),
  ),
})).value
