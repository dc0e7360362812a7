import { simulate } from '../../lib/testing/simulation'
import { campaign } from '../simulation/campaign'

/** Looks for the first seed that fails, and tells it in one line of JSON. */
const most = Number(process.argv[2])
const begun = performance.now()
let found: { readonly seed: number; readonly failure: string } | undefined
for (let seed = 1; seed <= most && found === undefined; seed++) {
  const { failure } = campaign(seed, simulate)
  if (failure !== undefined) found = { seed, failure: failure.split('\n', 1)[0] ?? '' }
}
process.stdout.write(JSON.stringify({ ...found, ms: Math.round(performance.now() - begun) }))
