import { fuzz } from '../../lib/testing/cluster'

const { FUZZ_SEED, FUZZ_FROM = '1', FUZZ_COUNT = '100' } = process.env
const from = Number(FUZZ_FROM)
const seeds =
  FUZZ_SEED === undefined ? Array.from({ length: Number(FUZZ_COUNT) }, (_, i) => from + i) : [Number(FUZZ_SEED)]

describe('whatever goes wrong', () => {
  test('every invariant holds, and the cluster recovers', () => {
    for (const seed of seeds) fuzz(seed)
  })

  test('the same seed gives the same run', () => {
    const [seed = 1] = seeds
    expect(fuzz(seed)).toEqual(fuzz(seed))
  })
})
