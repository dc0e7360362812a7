import { mkdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { FileLayer, OpenFile, PlacedFile } from '../../../plugins/folder/file-layer.js'
import type { Random } from '../../../streams/contracts/clock.js'
import { Inode } from './inode.js'
import { Names } from './names.js'

/** What is to go wrong at an operation: the power, the process, or only the operation itself. */
export interface Fault {
  /** The number of the operation, counted from 1; or the next one, where that is past. */
  readonly at: number
  readonly kind: 'power' | 'kill' | 'error'
}

/** What an operation does, and what it may do of it in part when it fails. */
interface Effect<T> {
  readonly whole: () => T
  readonly part?: (share: number) => void
}

const failed = (code: string): Error => Object.assign(new Error(`${code}: the disk fails as it is told`), { code })

/**
 * A folder of files in memory that knows what of it has been synced: it loses the rest when the power goes, and fails
 * at any operation as it is told. Chance decides how.
 */
export class SimulatedDisk {
  /** How many operations there have been. */
  operations = 0
  /** How many have gone wrong. */
  faults = 0
  /** What is to go wrong next. */
  fault: Fault | undefined
  /** How the process has ended that used it; until it settles, nothing works. */
  private death: 'power' | 'kill' | undefined
  private readonly names = new Names()
  private isMade = false
  private isFolderSynced = false

  constructor(
    /** A real folder in which there are locks, and nothing else. */
    readonly folder: string,
    private readonly random: Random,
  ) {}

  get isDead(): boolean {
    return this.death !== undefined
  }

  die(how: 'power' | 'kill'): void {
    this.death ??= how
  }

  /** What the crash has left, from now on. All that was under way has failed by then. */
  settle(): void {
    if (this.death === 'power') this.losePower()
    else if (this.random.next() < 0.5) for (const inode of this.names.inodes) inode.evict()
    this.death = undefined
    this.fault = undefined
  }

  /** The files that are there, for those who damage them. */
  get files(): readonly string[] {
    return this.names.all
  }

  contents(name: string): Buffer | undefined {
    const bytes = this.names.get(name)?.bytes
    return bytes === undefined ? undefined : Buffer.from(bytes)
  }

  /** Puts other bytes into a file, or takes it away. */
  damage(name: string, bytes: Buffer | undefined): void {
    const inode = this.names.get(name)
    if (bytes === undefined) this.names.change({ type: 'unlink', name })
    else if (inode !== undefined) inode.overwrite(bytes)
    else {
      const made = new Inode()
      made.overwrite(bytes)
      this.names.change({ type: 'link', name, inode: made })
    }
    this.names.sync()
  }

  readonly layer: FileLayer = {
    makeFolder: async path => {
      await mkdir(path, { recursive: true })
      await this.operate({ whole: () => (this.isMade = true) })
    },
    list: () => this.operate({ whole: () => this.names.all }),
    exists: path => this.operate({ whole: () => this.isThere(path) }),
    open: (path, how) => this.operate({ whole: () => this.open(basename(path), how) }),
    openPlaced: path => this.operate({ whole: () => new SimulatedPlacedFile(this, this.found(path)) }),
    truncate: (path, size) => this.operate({ whole: () => this.found(path).truncate(size) }),
    rename: (from, to) => this.operate({ whole: () => this.rename(from, basename(to)) }),
    remove: path => this.operate({ whole: () => this.unlink(basename(path)) }),
    syncFolder: path => this.operate({ whole: () => this.syncFolder(path) }),
  }

  /** Appends to a file, which is made if it isn't there, as NeDB does. */
  append(path: string, bytes: Uint8Array): Promise<void> {
    return this.appendTo(() => this.inode(basename(path)), bytes)
  }

  /** Makes a file new and empty. */
  clear(path: string): Promise<void> {
    return this.operate({ whole: () => this.inode(basename(path)).truncate(0) })
  }

  sync(path: string): Promise<void> {
    return this.syncOf(() => this.found(path))
  }

  /** Reads without counting it: NeDB doesn't notice when that fails. */
  peek(path: string): Buffer {
    return this.names.get(basename(path))?.bytes ?? Buffer.alloc(0)
  }

  private isThere(path: string): boolean {
    if (path === this.folder) return this.isMade
    // what is above it always was
    return dirname(path) !== this.folder || this.names.get(basename(path)) !== undefined
  }

  private open(name: string, how: 'existing' | 'create'): SimulatedFile {
    if (how === 'create' && this.names.get(name) !== undefined) throw failed('EEXIST')
    return new SimulatedFile(this, this.inode(name))
  }

  private inode(name: string): Inode {
    const known = this.names.get(name)
    if (known !== undefined) return known
    const inode = new Inode()
    this.names.change({ type: 'link', name, inode })
    return inode
  }

  private found(path: string): Inode {
    const inode = this.names.get(basename(path))
    if (inode === undefined) throw failed('ENOENT')
    return inode
  }

  private rename(from: string, to: string): void {
    this.names.change({ type: 'rename', from: basename(from), to, inode: this.found(from) })
  }

  private unlink(name: string): void {
    if (this.names.get(name) !== undefined) this.names.change({ type: 'unlink', name })
  }

  private syncFolder(path: string): void {
    if (path === this.folder) this.names.sync()
    else if (path === dirname(this.folder)) this.isFolderSynced = this.isMade
    else throw failed('ENOENT')
  }

  /** @internal */
  appendTo(inode: () => Inode, bytes: Uint8Array): Promise<void> {
    return this.operate({
      whole: () => inode().append(bytes),
      part: share => inode().append(bytes.subarray(0, Math.floor(bytes.byteLength * share))),
    })
  }

  /** @internal */
  syncOf(inode: () => Inode): Promise<void> {
    return this.operate({
      whole: () => inode().sync(),
      // what could not be written may be given up
      part: share => share < 0.5 && this.death === undefined && inode().drop(),
    })
  }

  /** @internal */
  placeIn(inode: Inode, bytes: Uint8Array, offset: number): Promise<void> {
    return this.operate({
      whole: () => {
        inode.write(bytes, offset)
        inode.syncPart(offset, bytes.byteLength)
      },
      // all of it is in memory or a first part, and it is not known what of that has come further
      part: share => {
        const size = share < 0.3 ? Math.floor((bytes.byteLength * share) / 0.3) : bytes.byteLength
        inode.write(bytes.subarray(0, size), offset)
        if (this.death === undefined) inode.giveUp()
      },
    })
  }

  /** @internal */
  async operate<T>({ whole, part }: Effect<T>): Promise<T> {
    if (this.isDead) throw failed('EIO')
    const { fault } = this
    this.operations++
    if (fault === undefined || fault.at > this.operations) return whole()
    this.fault = undefined
    this.faults++
    const moment = this.random.next()
    const share = this.random.next()
    if (fault.kind === 'error') part?.(share)
    else {
      this.die(fault.kind)
      if (moment < 1 / 3) part?.(share)
      else if (moment < 2 / 3) whole()
    }
    throw failed(part === undefined ? 'EIO' : 'ENOSPC')
  }

  private losePower(): void {
    const draw = (): number => this.random.next()
    const isWhole = this.isFolderSynced || draw() < 0.5
    if (!isWhole) this.isMade = false
    const order = draw()
    const kept = draw()
    if (!isWhole) this.names.vanish()
    else if (order < 0.3) this.names.losePower(() => false)
    else if (order < 0.7) this.names.losePower((at, of) => at < kept * (of + 1))
    else this.names.losePower(() => draw() < 0.5)
    for (const inode of this.names.inodes) {
      const how = draw()
      inode.losePower(how < 0.4 ? 'lost' : how < 0.6 ? 'kept' : how < 0.9 ? 'torn' : 'zeroed', draw(), draw)
    }
  }
}

/** A file held open: it stays the same one, whatever is done to its name. */
class SimulatedFile implements OpenFile {
  constructor(
    private readonly disk: SimulatedDisk,
    private readonly inode: Inode,
  ) {}

  append(bytes: Uint8Array): Promise<void> {
    return this.disk.appendTo(() => this.inode, bytes)
  }

  read(offset: number, size: number): Promise<Uint8Array> {
    return this.disk.operate({ whole: () => Uint8Array.from(this.inode.bytes.subarray(offset, offset + size)) })
  }

  size(): Promise<number> {
    return this.disk.operate({ whole: () => this.inode.bytes.length })
  }

  sync(): Promise<void> {
    return this.disk.syncOf(() => this.inode)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** The same for one whose bytes are written in place. */
class SimulatedPlacedFile implements PlacedFile {
  constructor(
    private readonly disk: SimulatedDisk,
    private readonly inode: Inode,
  ) {}

  write(bytes: Uint8Array, offset: number): Promise<void> {
    return this.disk.placeIn(this.inode, bytes, offset)
  }

  read(offset: number, size: number): Promise<Uint8Array> {
    return this.disk.operate({ whole: () => Uint8Array.from(this.inode.bytes.subarray(offset, offset + size)) })
  }

  size(): Promise<number> {
    return this.disk.operate({ whole: () => this.inode.bytes.length })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
