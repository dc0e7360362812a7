import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report, StoragePoint } from './report'

const ROOT = join(__dirname, '..', '..')
const SHORTEST = [
  '--only',
  'append,barrier,floor,alone,warming',
  '--storage',
  'nedb',
  '--in-flight',
  '1',
  '--rounds',
  '1',
  '--warm',
  '0.5',
]
const NONE: readonly StoragePoint[] = []
const NO_RATIO = { perSecond: NaN, spread: [NaN, NaN], p50: NaN, p99: NaN }

/** A flag of Node's by which a process leaves its role and its other flags, and which of them have been left. */
function tracer(folder: string, name: string) {
  const [code, trace] = [join(folder, `${name}.cjs`), join(folder, `${name}.txt`)]
  const flag = `--require=${code}`
  const told = `[process.argv[2], ...process.execArgv.filter(flag => !flag.includes('prof'))].join(' ')`
  writeFileSync(code, `require('node:fs').appendFileSync(${JSON.stringify(trace)}, ${told} + '\\n')`)
  const ran = (): readonly string[] =>
    (existsSync(trace) ? readFileSync(trace, 'utf8') : '').replaceAll(` ${flag}`, '').trim().split('\n').sort()
  return { flag, ran }
}
const three = (role: string): readonly string[] => [role, role, role]

describe('the benchmark', () => {
  let folder: string
  let flags: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kayak-bench-test-'))
    flags = mkdtempSync(join(tmpdir(), 'kayak-bench-flags-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
    rmSync(flags, { recursive: true })
  })

  it('writes what others read of it, and leaves no folder', () => {
    const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')]
    const profiles = mkdtempSync(join(tmpdir(), 'kayak-bench-profiles-'))
    const { flag, ran: ranWithFlag } = tracer(flags, 'all')
    const more = ['--bare', '--profiles', profiles, `--node=${flag}`]
    const words = [...SHORTEST, ...more, '--seconds', '0.05', '--dir', folder, '--json', json, '--html', html]
    const ran = spawnSync(process.execPath, ['test/bench/run.cjs', ...words], { cwd: ROOT, encoding: 'utf8' })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    // what it says of itself is looked at below
    const { alone, append, barrier, floor, machine, node, rivals, warming } = JSON.parse(
      readFileSync(json, 'utf8'),
    ) as Report
    for (const points of [append ?? NONE, barrier ?? NONE]) {
      const from = ['leader', 'follower']
      expect(points).toMatchObject(from.map(from => ({ storage: 'nedb', from, inFlight: 1, rounds: 1, failed: 0 })))
      for (const { perSecond, p50Ms, p99Ms, p999Ms } of points)
        expect(Math.min(perSecond, p50Ms, p99Ms, p999Ms)).toBeGreaterThan(0)
    }
    expect(Math.min(floor?.durableWriteMs ?? 0, floor?.roundTripMs ?? 0, floor?.sharedWriteMs ?? 0)).toBeGreaterThan(0)
    expect(alone).toMatchObject([{ inFlight: 1 }])
    expect(alone?.[0]?.cpuUs).toBeGreaterThan(0)
    expect(warming).toMatchObject([{ storage: 'nedb', partMs: 50 }])
    expect(warming?.[0]?.perSecond).toHaveLength(20)
    expect(Math.max(...(warming?.[0]?.perSecond ?? [0]))).toBeGreaterThan(0)
    expect(machine.cores).toBeGreaterThan(0)
    expect(node).toBe(process.version)
    expect(rivals?.['without Raft, nedb']?.append).toMatchObject([{ from: 'leader', inFlight: 1, failed: 0 }])
    expect(readFileSync(html, 'utf8')).toContain('<svg')
    // three members, and three that do without Raft
    const left = readdirSync(profiles)
    for (const file of left) expect(ran.stdout).toContain(file)
    expect(left).toHaveLength(6)
    rmSync(profiles, { recursive: true })
    expect(ranWithFlag()).toEqual([...three('bare'), ...three('member'), ...three('member --title=warming-nedb')])
    expect(readdirSync(folder).sort()).toEqual(['out.html', 'out.json'])
  }, 180_000)

  it('says all that it has measured where it has to be quick, and does several things at a time', () => {
    const json = join(folder, 'quick.json')
    const words = [
      '--quick',
      '--only',
      'floor,engines,reopen,idle',
      '--storage',
      'segments',
      '--dir',
      folder,
      '--json',
      json,
    ]
    const ran = spawnSync(process.execPath, ['test/bench/run.cjs', ...words], { cwd: ROOT, encoding: 'utf8' })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const { floor, engines, reopen, idle } = JSON.parse(readFileSync(json, 'utf8')) as Report
    expect(floor?.durableWriteMs).toBeGreaterThan(0)
    const written = engines?.filter(({ engine }) => engine === 'segments') ?? []
    expect(written.map(({ entries }) => entries)).toEqual([100])
    expect(Math.min(...written.map(({ batchMs }) => batchMs))).toBeGreaterThan(0)
    expect([reopen, idle].map(told => told?.map(({ storage }) => storage))).toEqual([['segments'], ['segments']])
    rmSync(json)
  }, 180_000)

  it('measures builds beside each other in turns', () => {
    const json = join(folder, 'ratio.json')
    const [own, other] = [tracer(flags, 'own'), tracer(flags, 'other')]
    const how = ['--storage', 'nedb', '--in-flight', '1', '--rounds', '3', '--warm', '0.5', '--seconds', '0.05']
    const node = [`--node=${own.flag}`, `--against-node=${other.flag}`]
    const words = ['--only', 'ratio', '--against', ROOT, ...node, ...how, '--dir', folder, '--json', json]
    const ran = spawnSync(process.execPath, ['test/bench/run.cjs', ...words], { cwd: ROOT, encoding: 'utf8' })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const { ratio } = JSON.parse(readFileSync(json, 'utf8')) as Report
    expect(ratio).toMatchObject([{ storage: 'nedb', against: `${ROOT} ${other.flag}`, inFlight: 1, turns: 3 }])
    expect([own.ran(), other.ran()]).toEqual([three('member'), three('member')])
    const [{ perSecond, spread, p50, p99 } = NO_RATIO] = ratio ?? []
    expect(Math.min(p50, p99, spread[0])).toBeGreaterThan(0)
    expect(spread[0]).toBeLessThanOrEqual(perSecond)
    expect(spread[1]).toBeGreaterThanOrEqual(perSecond)
  }, 180_000)
})
