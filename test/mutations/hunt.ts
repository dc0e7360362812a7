import { counterWorkload, registerWorkload, setWorkload, simulate } from '../../lib/testing/simulation'

/** What a seed simulates: few members and many, each workload in turn. */
function run(seed: number): string | undefined {
  const options = { seed, members: 1 + (seed % 5), duration: 6000 }
  if (seed % 3 === 0) return simulate({ ...options, workload: counterWorkload }).failure
  if (seed % 3 === 1) return simulate({ ...options, workload: registerWorkload }).failure
  return simulate({ ...options, workload: setWorkload }).failure
}

/** Looks for the first seed that fails, and tells it in one line of JSON. */
const most = Number(process.argv[2])
const begun = performance.now()
let found: { readonly seed: number; readonly failure: string } | undefined
for (let seed = 1; seed <= most && found === undefined; seed++) {
  const failure = run(seed)
  if (failure !== undefined) found = { seed, failure: failure.split('\n', 1)[0] ?? '' }
}
process.stdout.write(JSON.stringify({ ...found, ms: Math.round(performance.now() - begun) }))
