import { allCrashes, countCalls, runWith } from './enumerate'

test('whoever joins, leaves or takes in a snapshot may, too', () => {
  const crashes = allCrashes(countCalls()).filter(({ member }) => member > 0)
  for (const crash of crashes) runWith(crash)
  expect(crashes.length).toBeGreaterThan(250)
})
