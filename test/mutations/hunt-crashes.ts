import { allCrashes, allCrashesTwice, countCalls, runWith, type Crash } from '../crashes/enumerate'
import { huntSeeds } from './seeds'

let crashes: readonly Crash[] | undefined

function counted(): readonly Crash[] {
  const calls = countCalls()
  return [...allCrashesTwice(calls), ...allCrashes(calls)]
}

/** A seed is the number of a crash; those of a member that comes back from one are first. */
function run(seed: number): string | undefined {
  try {
    crashes ??= counted()
    const crash = crashes[seed - 1]
    if (crash !== undefined) runWith(crash)
    return undefined
  } catch (error) {
    return String(error)
  }
}

void huntSeeds(Number(process.argv[2]), run)
