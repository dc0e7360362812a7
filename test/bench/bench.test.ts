import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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

describe('the benchmark', () => {
  let folder: string
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kayak-bench-test-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('writes what others read of it, and leaves no folder', () => {
    const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')]
    const profiles = mkdtempSync(join(tmpdir(), 'kayak-bench-profiles-'))
    const more = ['--bare', '--profiles', profiles]
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
    expect(readdirSync(folder).sort()).toEqual(['out.html', 'out.json'])
  }, 180_000)

  it('measures builds beside each other in turns', () => {
    const json = join(folder, 'ratio.json')
    const how = ['--storage', 'nedb', '--in-flight', '1', '--rounds', '3', '--warm', '0.5', '--seconds', '0.05']
    const words = ['--only', 'ratio', '--against', ROOT, ...how, '--dir', folder, '--json', json]
    const ran = spawnSync(process.execPath, ['test/bench/run.cjs', ...words], { cwd: ROOT, encoding: 'utf8' })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    const { ratio } = JSON.parse(readFileSync(json, 'utf8')) as Report
    expect(ratio).toMatchObject([{ storage: 'nedb', against: ROOT, inFlight: 1, turns: 3 }])
    const [{ perSecond, spread, p50, p99 } = NO_RATIO] = ratio ?? []
    expect(Math.min(p50, p99, spread[0])).toBeGreaterThan(0)
    expect(spread[0]).toBeLessThanOrEqual(perSecond)
    expect(spread[1]).toBeGreaterThanOrEqual(perSecond)
  }, 180_000)
})
