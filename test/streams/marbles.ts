import { TestScheduler, type RunHelpers } from 'rxjs/testing'

/** Runs marbles in a scheduler of their own, which is their clock, too: a used one would remember. */
export const marbles = (run: (helpers: RunHelpers, clock: TestScheduler) => void): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
  scheduler.run(helpers => run(helpers, scheduler))
}
