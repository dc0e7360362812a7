import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastValueFrom } from 'rxjs'
import { seededRandom } from '../../../lib/testing/seeded-random.js'
import { done, first } from '../../../lib/testing/storage-kit/environment.js'
import type { Random } from '../../../streams/contracts/clock.js'
import { isKayakError } from '../../../streams/contracts/errors.js'
import type { Storage } from '../../../streams/contracts/storage.js'
import type { Damage, Hunted } from './hunted.js'
import { lastOf, Model, NOTHING, type StoredLog, type StoredSnapshot } from './model.js'
import { observe, readLog } from './observe.js'
import { SimulatedDisk } from './simulated-disk.js'
import { Steps, type Step } from './steps.js'

const STEPS = 30
/** More than a book of the state has lines before it is rewritten. */
const BURST = 520

/** Of the event loop without an operation of the disk, after which nothing is under way. */
const REST_TURNS = 10

/** What is wrong with a storage. */
class Wrong extends Error {}

/**
 * One storage over one disk that fails: whatever it is asked, whenever the power goes, what it has acknowledged is
 * there when it opens again, and what it hasn't is there wholly, as a prefix, or not at all.
 */
class StorageHunt {
  private readonly random: Random
  private readonly disk: SimulatedDisk
  private readonly model = new Model()
  private readonly steps: Steps
  private storage: Storage | undefined
  private isPoisoned = false
  private faultsBefore = 0
  /** The log before what was written to it last. */
  private before: StoredLog = NOTHING.log
  /** Every snapshot that was ever to be published. */
  private published: readonly StoredSnapshot[] = []
  readonly trail: string[] = []

  constructor(
    seed: number,
    private readonly dataDir: string,
    private readonly hunted: Hunted,
  ) {
    this.random = seededRandom(seed)
    this.disk = new SimulatedDisk(dataDir, seededRandom(seed + 0.5e9))
    this.steps = new Steps(this.model, this.random, hunted.payloadBytes)
  }

  async run(): Promise<void> {
    const unmount = this.hunted.mount(this.disk)
    try {
      if (this.random.next() < 0.03) await this.burst()
      for (let at = 0; at < STEPS; at++) await this.next()
      this.disk.fault = undefined
      while (!this.isOpen()) await this.open()
      await this.powerOff('power')
      while (!this.isOpen()) await this.open()
    } finally {
      await this.close()
      unmount()
    }
  }

  private async next(): Promise<void> {
    const draw = this.random.next()
    if (draw < 0.25 && this.disk.fault === undefined) this.plan()
    // what goes on in the background has met with it
    if (this.disk.isDead) await this.afterDeath()
    else if (this.storage === undefined) await this.open()
    else if (draw > 0.96) await this.powerOff('power')
    else if (draw > 0.92) await this.damage()
    else if (draw > 0.88) await this.closeInOrder()
    else await this.write()
  }

  /** Something is to go wrong soon. */
  private plan(longest = this.random.next() < 0.5 ? 6 : 40): void {
    const draw = this.random.next()
    const kind = draw < 0.5 ? 'power' : draw < 0.65 ? 'kill' : 'error'
    this.disk.fault = { at: this.disk.operations + 1 + Math.floor(this.random.next() * longest), kind }
  }

  private async open(): Promise<void> {
    const storage = this.hunted.open(this.dataDir, this.disk.layer, this.random)
    this.storage = storage
    this.isPoisoned = false
    this.faultsBefore = this.disk.faults
    try {
      const opened = await first(storage.open())
      const found = await observe(storage, opened, this.published)
      this.say('opened')
      const wrong = this.model.reconcile(found)
      if (wrong !== undefined) throw new Wrong(`it opens, and ${wrong}`)
    } catch (error) {
      this.excuse(error, 'it opens')
      await (this.disk.isDead ? this.afterDeath() : this.close())
    }
    if (this.random.next() < 0.15 && this.isOpen()) await this.powerOff('power')
  }

  /** One write, often beside one of a snapshot, and now and then a read. */
  private async write(): Promise<void> {
    const { storage } = this
    if (storage === undefined) return
    const works = [this.perform(this.steps.draw(storage))]
    if (this.random.next() < 0.4) works.push(this.perform(this.steps.drawSnapshot(storage)))
    await Promise.all(works)
    if (!this.isPoisoned && this.random.next() < 0.2) await this.read(storage)
    if (this.random.next() < 0.3) await this.rest()
    if (this.disk.isDead) await this.afterDeath()
    else if (this.isPoisoned) await this.afterFailure(storage)
  }

  /** Lets what goes on in the background end, or what ends the disk come to it. */
  private async rest(): Promise<void> {
    for (let before = -1; before !== this.disk.operations;) {
      before = this.disk.operations
      for (let turn = 0; turn < REST_TURNS; turn++) await new Promise(setImmediate)
    }
  }

  private async perform(step: Step): Promise<void> {
    for (const one of step.publishes ?? [])
      this.published = [...this.published.filter(({ meta }) => meta.index < one.meta.index), one]
    try {
      await lastValueFrom(step.work$, { defaultValue: undefined })
    } catch (error) {
      this.refused(step, error)
      return
    }
    this.say(`${step.name}: done`)
    if (step.isRefused === true) throw new Wrong(`${step.name} must be refused`)
    const { log } = this.model.stored
    step.done()
    if (lastOf(log) !== lastOf(this.model.stored.log) || log.base !== this.model.stored.log.base) this.before = log
  }

  private refused(step: Step, error: unknown): void {
    this.say(`${step.name}: ${String(error).slice(0, 90)}`)
    const code = isKayakError(error) ? error.code : 'none'
    const isRefusal = code === 'KAYAK_INVALID' || code === 'KAYAK_COMPACTED'
    if (isRefusal && step.isRefused !== true) throw new Wrong(`${step.name} is refused: ${String(error)}`)
    if (isRefusal) return
    this.excuse(error, step.name)
    step.unknown()
    this.isPoisoned = true
  }

  /** An error of the storage is right where an operation of the disk has failed, and nowhere else. */
  private excuse(error: unknown, what: string): void {
    if (error instanceof Wrong) throw error
    const isExpected = isKayakError(error) && error.code === 'KAYAK_STORAGE_FAILED'
    if (!isExpected) throw new Wrong(`${what}: ${error instanceof Error ? String(error.stack) : String(error)}`)
    if (!this.disk.isDead && this.disk.faults === this.faultsBefore)
      throw new Wrong(`${what}, and nothing was wrong with the disk: ${String(error)}`)
  }

  private async read(storage: Storage): Promise<void> {
    const { log } = this.model.stored
    const [from, to] = [log.entries[0]?.index, log.entries.at(-1)?.index]
    if (from === undefined || to === undefined) return
    const read = await readLog(storage, from, to).catch((error: unknown) => this.excuse(error, 'it reads'))
    if (read === undefined) return
    const found = { ...this.model.stored, log: { ...log, entries: read } }
    if (this.model.isCertain) {
      const wrong = this.model.reconcile(found)
      if (wrong !== undefined) throw new Wrong(`it reads, and ${wrong}`)
    }
  }

  /** After a write that has failed all others do, until the storage is opened again. */
  private async afterFailure(storage: Storage): Promise<void> {
    this.disk.fault = undefined
    for (const work$ of this.steps.all(storage)) {
      const isDone = await done(work$).then(
        () => true,
        () => false,
      )
      if (isDone) throw new Wrong('it writes on after a write that has failed')
    }
    if (this.random.next() < 0.3) await this.powerOff('power')
    else await this.close()
  }

  private async closeInOrder(): Promise<void> {
    this.disk.fault = undefined
    await this.close()
    this.say('closed')
  }

  private async powerOff(how: 'power' | 'kill'): Promise<void> {
    this.disk.die(how)
    await this.afterDeath()
  }

  /** What a dead process had open is let go of, and what the crash has left is what there is. */
  private async afterDeath(): Promise<void> {
    await this.close()
    this.disk.settle()
    this.say('crashed')
  }

  private async close(): Promise<void> {
    await this.storage
      ?.close()
      .forEach(() => undefined)
      .catch(() => undefined)
    this.storage = undefined
    this.steps.reset()
  }

  /** What is damaged is refused, named, and left as it is, or was not needed. */
  private async damage(): Promise<void> {
    const left = this.model.isCertain && this.random.next() < 0.5 ? 'killed' : 'closed'
    await (left === 'closed' ? this.closeInOrder() : this.powerOff('kill'))
    const damage = this.hunted.drawDamage(this.disk, this.random, left)
    if (damage === undefined) return
    // nobody can know that this was not torn
    if (left === 'killed') this.model.unknown('log', [this.before])
    const { name, what, bytes, end } = damage
    const whole = this.disk.contents(name)
    this.say(`${what} in ${name}`)
    this.disk.damage(name, bytes)
    const storage = this.hunted.open(this.dataDir, this.disk.layer, this.random)
    const verdict = await this.verdict(storage, damage)
    await done(storage.close())
    if (verdict === 'harmless' && end !== 'refused') return
    if (verdict !== `KAYAK_CORRUPT ${join(this.dataDir, name)}` || end === 'harmless')
      throw new Wrong(`${what} in ${name} is not ${end}, but: ${verdict}`)
    if (bytes !== undefined && this.disk.contents(name)?.equals(bytes) !== true)
      throw new Wrong(`${what} in ${name} is refused, and yet written over`)
    this.disk.damage(name, whole)
  }

  private async verdict(storage: Storage, { name, what }: Damage): Promise<string> {
    try {
      const found = await observe(storage, await first(storage.open()), this.published)
      const wrong = this.model.reconcile(found)
      if (wrong !== undefined) throw new Wrong(`after ${what} in ${name} it opens, and ${wrong}`)
      return 'harmless'
    } catch (error) {
      if (error instanceof Wrong) throw error
      return isKayakError(error) ? `${error.code} ${error.file ?? error.message}` : String(error)
    }
  }

  /** So many terms that the state is rewritten, and a crash anywhere in between. */
  private async burst(): Promise<void> {
    while (!this.isOpen()) await this.open()
    this.plan(2.2 * BURST)
    for (let at = 0; at < BURST; at++) {
      if (this.storage === undefined) return
      await this.perform(this.steps.vote(this.storage))
      if (this.disk.isDead) await this.afterDeath()
      else if (this.isPoisoned) await this.close()
    }
  }

  private isOpen(): boolean {
    return this.storage !== undefined
  }

  private say(what: string): void {
    this.trail.push(what)
  }
}

/**
 * A random run of a storage over a disk that a seed lets fail.
 *
 * @returns what was wrong, with what had been done up to there; undefined where nothing was.
 */
export async function storageHunt(seed: number, hunted: Hunted): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kayak-hunt-'))
  const hunt = new StorageHunt(seed, join(folder, 'data'), hunted)
  try {
    await hunt.run()
    return undefined
  } catch (error) {
    const why = error instanceof Wrong ? error.message : String(error instanceof Error ? error.stack : error)
    return `seed ${seed}: ${why}\n${hunt.trail.slice(-25).join('\n')}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
