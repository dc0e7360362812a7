import assert from 'node:assert/strict'
import { basename, join } from 'node:path'
import { seededRandom } from '../../../lib/testing/seeded-random.js'
import { done, entries, first, sameEntries } from '../../../lib/testing/storage-kit/environment.js'
import type { FileLayer, OpenFile } from '../../../plugins/folder/file-layer.js'
import { nedbStorage } from '../../../plugins/storage-nedb/index.js'
import type { Storage } from '../../../streams/contracts/storage.js'
import type { StorageCase } from './cases.js'
import { mount } from './nedb-files.js'
import { SimulatedDisk } from './simulated-disk.js'

/** A log of 20 that is cut behind 14 holds more in vain than not. */
const [CUT, LAST] = [14, 20]
/** So many are appended while it is copied, and none later: they would sync the copy. */
const MEANWHILE = 6
/** Of a file that is made: of what NeDB has put there, and of its header. */
const MAKING_SYNCS = 2

/** A log on a disk in memory that is appended to whenever its copy is synced, so that there is always more to copy. */
class Rewritten {
  private readonly disk: SimulatedDisk
  private storage: Storage
  private asked = LAST
  private acknowledged = LAST
  private syncs = 0
  private isReplaced = false

  constructor(
    private readonly dataDir: string,
    seed: number,
  ) {
    this.disk = new SimulatedDisk(dataDir, seededRandom(seed))
    this.storage = this.over(this.layer())
  }

  /** Lets the power go at an operation of the rewriting, or behind the last one. Says whether it is behind that. */
  async losePower(at: number): Promise<boolean> {
    const { disk, storage } = this
    const unmount = mount(disk)
    await first(storage.open())
    await done(storage.append(entries(1, CUT)))
    await done(storage.append(entries(CUT + 1, LAST)))
    await done(storage.compact({ index: CUT, term: 1 }))
    disk.fault = { at: disk.operations + at, kind: 'power' }
    while (!this.isReplaced && !disk.isDead) await new Promise(setImmediate)
    const isOver = !disk.isDead
    disk.die('power')
    await done(storage.close()).catch(() => undefined)
    disk.settle()
    await this.check(this.over(disk.layer))
    unmount()
    return isOver
  }

  /** Fails unless all that was acknowledged is there, and nothing else but what was asked for. */
  private async check(storage: Storage): Promise<void> {
    const { base, last } = await first(storage.open())
    assert.equal(base.index, CUT)
    assert.ok(last.index >= this.acknowledged, `${this.acknowledged} was acknowledged, and it ends at ${last.index}`)
    sameEntries(await first(storage.read(CUT + 1, last.index, Infinity)), entries(CUT + 1, last.index))
    await done(storage.close())
  }

  private over(files: FileLayer): Storage {
    return nedbStorage({ dataDir: this.dataDir, files, garbageBytes: 0 })
  }

  private layer(): FileLayer {
    const { layer } = this.disk
    return {
      ...layer,
      open: async (path, how) => {
        const file = await layer.open(path, how)
        return basename(path) === 'log-2.db' ? this.watched(file) : file
      },
      remove: async path => {
        await layer.remove(path)
        // also before it is made
        if (basename(path) === 'log-1.db') this.isReplaced = this.syncs > 0
      },
    }
  }

  private watched(file: OpenFile): OpenFile {
    return {
      append: bytes => file.append(bytes),
      read: (offset, size) => file.read(offset, size),
      size: () => file.size(),
      close: () => file.close(),
      sync: () => {
        if (++this.syncs > MAKING_SYNCS && this.asked < LAST + MEANWHILE) this.append(++this.asked)
        return file.sync()
      },
    }
  }

  private append(index: number): void {
    done(this.storage.append(entries(index, index))).then(
      () => (this.acknowledged = index),
      () => undefined,
    )
  }
}

/** What the protections of the default storage are for, each by itself, where chance comes to it too seldom. */
export const nedbCases: readonly StorageCase[] = [
  {
    name: 'the power may go at any moment while a log is rewritten that is written to',
    run: async folder => {
      for (let at = 1, isOver = false; !isOver; at++)
        for (let seed = 1; seed <= 3; seed++)
          isOver = await new Rewritten(join(folder, `${at}-${seed}`), 100 * at + seed).losePower(at)
    },
  },
]
