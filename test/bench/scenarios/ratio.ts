import type { Bench, Scenario } from '../bench'
import { median, spreadOf, type Measured } from '../figures'
import { kayakSystem } from '../kayak-system'
import type { Ratio } from '../report'
import type { Running } from '../systems'
import { round } from '../text'
import { warmUp } from '../warming'

interface Build {
  readonly name: string
  readonly running: Running
}

/** The package that is measured, and after it each one that it is measured against, all of them at once. */
async function opened({ options, processes, workshop }: Bench, storage: string): Promise<readonly Build[]> {
  const { kayak, against, compactEntries, nodeFlags, againstNodeFlags } = options
  const builds = [{ root: kayak, execArgv: nodeFlags }, ...against.map(root => ({ root, execArgv: againstNodeFlags }))]
  return Promise.all(
    builds.map(async ({ root, execArgv }) => {
      const system = kayakSystem(root, processes, { root, storage, compactEntries, execArgv })
      const running = await system.open(workshop)
      return { name: [root, ...execArgv].join(' '), running }
    }),
  )
}

/** One turn of each; who comes first changes, as what came before may matter. */
async function turn({ options }: Bench, builds: readonly Build[], inFlight: number, at: number): Promise<Turn> {
  const { ms } = options
  const load = { inFlight, bytes: 1024, warmMs: Math.min(options.warmMs, ms / 4), ms }
  const measured = new Map<Build, Measured>()
  for (const build of at % 2 === 0 ? builds : builds.toReversed())
    measured.set(build, await build.running.run('append', 'leader', load))
  return builds.map(build => measured.get(build))
}

/** What one turn of each has measured, that of the package itself first. */
type Turn = readonly (Measured | undefined)[]

/** What the package does beside the one that is at a place of the turns. */
function ratioOf(turns: readonly Turn[], place: number) {
  const each = (name: 'perSecond' | 'p50Ms' | 'p99Ms') =>
    turns.map(measured => (measured[0]?.[name] ?? NaN) / (measured[place]?.[name] ?? NaN))
  const perSecond = each('perSecond')
  return {
    turns: turns.length,
    perSecond: median(perSecond),
    spread: spreadOf(perSecond),
    p50: median(each('p50Ms')),
    p99: median(each('p99Ms')),
  }
}

const ratioText = (turns: readonly Turn[], place: number, { storage, inFlight, against, ...told }: Ratio): string => {
  const [own, other] = [0, place].map(at => round(median(turns.map(measured => measured[at]?.perSecond ?? NaN))))
  const [perSecond, p50, p99] = [told.perSecond, told.p50, told.p99].map(round)
  return `${storage}, ${inFlight} in flight: ${own}/s, ${perSecond} x the ${other}/s of ${against}; p50 ${p50} x, p99 ${p99} x`
}

async function ratios(bench: Bench, storage: string): Promise<readonly Ratio[]> {
  const { options, say } = bench
  const builds = await opened(bench, storage)
  for (const { running } of builds) await warmUp(options, load => running.run('append', 'leader', load))
  const told: Ratio[] = []
  for (const inFlight of options.inFlight) {
    const turns: Turn[] = []
    for (let at = 0; at < options.rounds; at++) turns.push(await turn(bench, builds, inFlight, at))
    for (const [at, { name: against }] of builds.entries()) {
      if (at === 0) continue
      const one: Ratio = { storage, against, inFlight, ...ratioOf(turns, at) }
      say(ratioText(turns, at, one))
      told.push(one)
    }
  }
  await Promise.all(builds.map(({ running }) => running.close()))
  return told
}

/**
 * Builds beside each other in short turns. A machine's minutes may differ by a quarter, its halves of a second hardly; medians of
 * the turns' ratios show a gain of a few per cent.
 */
export const ratio: Scenario = {
  names: ['ratio'],
  async run(bench) {
    if (bench.options.against.length === 0) return {}
    const told: Ratio[] = []
    for (const storage of bench.storages) told.push(...(await ratios(bench, storage)))
    return { ratio: told }
  },
}
