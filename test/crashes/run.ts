import { allCrashes, allCrashesTwice, countCalls, runWith, type Crash } from './enumerate'

const calls = countCalls()
const CRASHES: Readonly<Record<string, () => readonly Crash[]>> = {
  founder: () => allCrashes(calls).filter(({ member }) => member === 0),
  joiners: () => allCrashes(calls).filter(({ member }) => member > 0),
  returns: () => allCrashesTwice(calls),
}

/** Tries all crashes of some kind, one after another, and prints how many there were; throws at the first that fails. */
const crashes = CRASHES[process.argv[2] ?? '']?.() ?? []
for (const crash of crashes) runWith(crash)
console.log(crashes.length)
