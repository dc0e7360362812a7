import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../lib/testing/seeded-random'
import { done, first } from '../../lib/testing/storage-kit/environment'
import { segmentStorage } from '../../plugins/storage-segments'
import { STATE_FILE } from '../../plugins/storage-segments/state-file'
import { SimulatedDisk, type Fault } from '../mutations/storage/simulated-disk'

const VOTE = 'a1'.repeat(16)

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'kayak-votes-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A disk that begins a fault at the next write of the state, once it is told to. */
class Armed {
  private readonly disk: SimulatedDisk
  private armed: Fault['kind'] | undefined

  constructor(
    private readonly dataDir: string,
    seed: number,
  ) {
    this.disk = new SimulatedDisk(dataDir, seededRandom(seed))
  }

  storage() {
    const { layer } = this.disk
    const openPlaced = async (path: string) => {
      const file = await layer.openPlaced(path)
      const write = (bytes: Uint8Array, offset: number): Promise<void> => {
        if (path.endsWith(STATE_FILE)) this.strike()
        return file.write(bytes, offset)
      }
      return { ...file, read: file.read.bind(file), size: file.size.bind(file), close: file.close.bind(file), write }
    }
    const files = { ...layer, openPlaced }
    return segmentStorage({
      dataDir: this.dataDir,
      segmentBytes: 8192,
      spareSegments: 0,
      files,
      random: seededRandom(7),
    })
  }

  arm(kind: Fault['kind']): void {
    this.armed = kind
  }

  /** The machine goes down, if it hasn't yet, and comes back with what was durable, and some of the rest. */
  restart(): void {
    this.armed = undefined
    if (!this.disk.isDead) this.disk.die('power')
    this.goOn()
  }

  goOn(): void {
    if (this.disk.isDead) this.disk.settle()
    this.disk.fault = undefined
  }

  private strike(): void {
    if (this.armed !== undefined) this.disk.fault = { at: this.disk.operations + 1, kind: this.armed }
    this.armed = undefined
  }
}

const closed = (storage: ReturnType<Armed['storage']>): Promise<void> => done(storage.close()).catch(() => undefined)

/** Saves two votes, fails in saving a third, fails again on coming back, and says of which term the vote is then. */
async function termAfter(seed: number, kind: Fault['kind']): Promise<number> {
  const disk = new Armed(join(folder, `${kind}-${seed}`), seed)
  const before = disk.storage()
  await first(before.open())
  for (const term of [1, 2]) await done(before.saveTermAndVote({ term, vote: VOTE }))
  disk.arm(kind)
  await expect(done(before.saveTermAndVote({ term: 3, vote: VOTE }))).rejects.toBeDefined()
  await closed(before)
  disk.goOn()
  disk.arm('power')
  const between = disk.storage()
  await first(between.open()).catch(() => undefined)
  await closed(between)
  disk.restart()
  const after = disk.storage()
  const { termAndVote } = await first(after.open())
  await closed(after)
  return termAndVote.term
}

describe.each(['kill', 'error'] as const)('a vote that was acknowledged, after a save that ends by %s', kind => {
  it('is there whatever else fails on coming back', async () => {
    const terms = new Set<number>()
    for (let seed = 1; seed <= 600; seed++) terms.add(await termAfter(seed, kind))
    expect([...terms].sort()).toEqual([2, 3])
  }, 120_000)
})
