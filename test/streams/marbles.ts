import { TestScheduler, type RunHelpers } from 'rxjs/testing'

/** Runs marbles in a scheduler of their own: a used one would remember. */
export const marbles = (run: (helpers: RunHelpers) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run)
