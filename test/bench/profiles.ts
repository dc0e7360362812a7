import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { table } from './text'

/** As V8 writes it. */
interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

/** Whose code it is, by where it comes from: the first that fits. */
const AREAS: readonly (readonly [area: string, from: RegExp])[] = [
  ["the transport's packages", /node_modules\/(ws|engine\.io|socket\.io|@socket\.io)/],
  ['RxJS', /node_modules\/rxjs\/|dist\/cjs\/internal\//],
  ['NeDB', /node_modules\/(@seald-io|nedb-promises)\//],
  ["kayak's transport", /dist\/plugins\/transport/],
  ["kayak's storage", /dist\/plugins\/storage/],
  ["kayak's streams", /dist\/(streams|plugins)\//],
  ["kayak's face", /dist\/lib\//],
  ['Node', /^node:/],
  ['whoever calls', /./],
]

/** Of V8's own. */
const OWN = new Map([
  ['(garbage collector)', 'the collector'],
  ['(program)', 'V8 and Node'],
])
/** Calls of Node's that end in the system. */
const SYSTEM = new Set(['writev', 'writeBuffer', 'writeUtf8String', 'readBuffer', 'fsync', 'fdatasync'])

function areaOf(node: ProfileNode | undefined, parents: ReadonlyMap<number, ProfileNode>): string | undefined {
  if (node === undefined) return undefined
  const { functionName, url } = node.callFrame
  if (functionName === '(idle)') return undefined
  const own = OWN.get(functionName)
  if (own !== undefined) return own
  if (SYSTEM.has(functionName) && url === '') return `the system: ${functionName}`
  let from: ProfileNode | undefined = node
  while (from !== undefined && from.callFrame.url === '') from = parents.get(from.id)
  return AREAS.find(([, of]) => of.test(from?.callFrame.url ?? ''))?.[0] ?? 'V8 and Node'
}

/** Microseconds by whose code took them; what a builtin takes is its caller's. */
export function areasOf({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, number> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const parents = new Map(nodes.flatMap(node => (node.children ?? []).map(id => [id, node] as const)))
  const areas = new Map<string, number>()
  samples.forEach((id, at) => {
    const area = areaOf(byId.get(id), parents)
    if (area !== undefined) areas.set(area, (areas.get(area) ?? 0) + (timeDeltas[at] ?? 0))
  })
  return areas
}

/** The profiles that are in a folder, which is made if need be. */
export function profilesIn(dir: string): readonly string[] {
  mkdirSync(dir, { recursive: true })
  return readdirSync(dir).filter(name => name.endsWith('.cpuprofile'))
}

/** What each process that has left a profile in a folder since `before` spent its time with, the busiest first. */
export function profilesText(dir: string, before: readonly string[]): string {
  const files = profilesIn(dir).filter(name => !before.includes(name))
  const told = files.map(file => {
    // V8's own
    const areas = areasOf(JSON.parse(readFileSync(join(dir, file), 'utf8')) as Profile)
    return { file, areas, us: [...areas.values()].reduce((sum, us) => sum + us, 0) }
  })
  const rows = [...told]
    .sort((one, other) => other.us - one.us)
    .flatMap(({ file, areas, us }) => [
      [file, `${(us / 1e6).toFixed(1)} s busy`],
      ...[...areas]
        .sort(([, one], [, other]) => other - one)
        .map(([area, took]) => [`  ${area}`, `${((100 * took) / us).toFixed(1)} %`]),
    ])
  return table([['whose time', ''], ...rows])
}
