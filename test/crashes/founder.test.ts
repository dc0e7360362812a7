import { allCrashes, countCalls, runWith } from './enumerate'

test('the founder may crash at any moment of any call, and nothing is lost', () => {
  const crashes = allCrashes(countCalls()).filter(({ member }) => member === 0)
  for (const crash of crashes) runWith(crash)
  expect(crashes.length).toBeGreaterThan(200)
})
