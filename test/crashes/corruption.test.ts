import { afterDamage, damagedIn, MEMBERS, OF_ONE, PATTERNS, type Damaging } from './corruption'

const patterns = Array.from({ length: PATTERNS }, (_, pattern) => pattern)
const membersOf = (pattern: number): number[] =>
  Array.from({ length: MEMBERS }, (_, at) => Math.floor(pattern / OF_ONE ** at) % OF_ONE)

test('of 4,096 ways to damage four entries on three members, each is refused, or all that was there goes on', () => {
  let [refused, goneOn] = [0, 0]
  for (const pattern of patterns) {
    const expected = membersOf(pattern).map(own => (own === 0 ? 'runs' : 'KAYAK_CORRUPT log'))
    const good = expected.filter(verdict => verdict === 'runs').length
    const aftermath = afterDamage(pattern)
    expect([pattern, aftermath]).toEqual([pattern, { verdicts: expected, goesOn: good > MEMBERS / 2 }])
    if (aftermath.goesOn) goneOn++
    else refused++
  }
  expect([patterns.length, refused, goneOn]).toEqual([4096, 4050, 46])
})

test('a storage that cut damage off instead would lose in silence, and this shows it', () => {
  const careless: Damaging = ({ disk }, pattern) => {
    const [first] = damagedIn(pattern)
    if (first !== undefined) disk.log.truncate(first)
  }
  // the last entry of two, who are enough to lead without it
  expect(() => afterDamage(8 + 8 * OF_ONE, careless)).toThrow('has lost an entry')
  // that of one alone is mended by the others
  expect(afterDamage(8, careless).goesOn).toBe(true)
})
