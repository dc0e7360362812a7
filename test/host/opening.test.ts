import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { start, type KayakError } from 'kayak'
import { nedbStorage, nodeFiles } from '../../plugins/storage-nedb/index.js'
import { T, World } from './world.js'

/** How long after its deadline an opening may take to let go of what it has opened, where the disk hangs. */
const LETTING_GO = 1000

/** How an opening fails, which it does in time. */
async function failsInTime(world: World, opening: Promise<unknown>, timeoutMs: number): Promise<KayakError> {
  const begun = world.clock.now()
  const error = await world.fails(opening)
  expect(world.clock.now() - begun).toBeGreaterThanOrEqual(timeoutMs)
  expect(world.clock.now() - begun).toBeLessThanOrEqual(timeoutMs + LETTING_GO)
  return error
}

describe('an opening whose disk hangs', () => {
  it.each(['reads', 'writes'] as const)('ends in time, whichever of the %s hangs, and leaves nothing', async kind => {
    for (const moment of kind === 'reads' ? [0] : [0, 6, 11, 16, 21, 26]) {
      const world = new World()
      const disk = world.disk('a')
      disk.latencyMs = 5
      world.clock.schedule(() => (disk[kind] = 'hang'), moment)
      const error = await failsInTime(world, world.start('a', { joinTimeoutMs: 3000 }), 3000)
      expect(error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
      disk[kind] = 'work'
      disk.latencyMs = 0
      expect(await world.leftovers()).toBe(0)
      const again = await world.start('a')
      await world.until(() => again.roster.index > 0)
      expect(again.roster.voters).toEqual([again.self])
      await world.stop(again)
    }
  })

  it('ends in time when it joins, at whatever moment, and can be tried again', async () => {
    for (const moment of [0, 6, 11, 20, 30, 40, 50]) {
      const world = new World()
      const a = await world.start('a')
      const disk = world.disk('b')
      disk.latencyMs = 5
      world.clock.schedule(() => (disk.writes = 'hang'), moment)
      const error = await failsInTime(world, world.join('b', [a], { joinTimeoutMs: 3000 }), 3000)
      // by then it may have been let in
      expect(['KAYAK_TIMEOUT', 'KAYAK_NOT_CAUGHT_UP']).toContain(error.code)
      expect(error.outcome).toBe('unknown')
      disk.writes = 'work'
      disk.latencyMs = 0
      const again = await world.join('b', [a])
      expect(again.roster.voters).toHaveLength(2)
      await world.stop(a, again)
      expect(await world.leftovers()).toBe(0)
    }
  })

  it('ends in time in the folder of a member', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(b)
    world.disk('b').reads = 'hang'
    for (const opening of [
      () => world.start('b', { joinTimeoutMs: 3000 }),
      () => world.join('b', [a], { joinTimeoutMs: 3000 }),
    ])
      expect(await failsInTime(world, opening(), 3000)).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    world.disk('b').reads = 'work'
    const again = await world.start('b')
    await world.stop(a, again)
    expect(await world.leftovers()).toBe(0)
  })

  it('lets go of the lock as soon as the disk answers', async () => {
    const folder = await mkdtemp(pathOf(tmpdir(), 'kayak-opening-'))
    const world = new World()
    const { transport, clock, random } = world.options('a')
    let answer = (): void => undefined
    const hangs = new Promise<void>(resolve => (answer = resolve))
    const storage = nedbStorage({
      dataDir: folder,
      files: { ...nodeFiles, list: path => hangs.then(() => nodeFiles.list(path)) },
    })
    const opening = start('127.0.0.1:7001', { storage, transport, clock, random, joinTimeoutMs: 3000 })
    expect(await failsInTime(world, opening, 3000)).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    answer()
    const another = nedbStorage({ dataDir: folder })
    await new Promise<void>((resolve, reject) => storage.close().subscribe({ complete: resolve, error: reject }))
    await new Promise<void>((resolve, reject) => another.open().subscribe({ complete: resolve, error: reject }))
    await new Promise<void>((resolve, reject) => another.close().subscribe({ complete: resolve, error: reject }))
    await rm(folder, { recursive: true })
    expect(await world.leftovers()).toBe(0)
  })

  it('says what it has waited for', async () => {
    const world = new World()
    world.disk('a').reads = 'hang'
    expect((await world.fails(world.start('a', { electionTimeoutMs: T }))).message).toMatch(/disk.*30000 ms/)
  })
})
