import { neededFor } from '../../streams/rules/staleness'

const proof = { index: 50, askedAt: 1000 }

test.each([
  ['a proof within the bound says how much is needed', proof, 1010, { ms: 10, entries: 0 }, 50],
  ['one that is older says nothing', proof, 1010.5, { ms: 10, entries: 0 }, undefined],
  ['some entries may be missing', proof, 1010, { ms: 10, entries: 7 }, 43],
  ['all of them may', proof, 1000, { ms: 0, entries: 80 }, -30],
  ['without a proof nothing is known', undefined, 1000, { ms: 1e9, entries: 1e9 }, undefined],
])('how fresh: %s', (_, known, now, staleness, needed) => expect(neededFor(known, now, staleness)).toBe(needed))
