const SECTOR_BYTES = 512

/** A file's bytes as a running system sees them, and as they are on the platter; none is handed out that may change. */
export class Inode {
  bytes: Buffer = Buffer.alloc(0)
  private synced: Buffer = Buffer.alloc(0)
  /** What a failed sync has dropped: it counts as written, and isn't. */
  private dropped: readonly (readonly [from: number, to: number])[] = []

  /** Sectors that were written in place and not synced, and those of them that a failed write has given up. */
  private readonly unsynced = new Set<number>()
  private readonly givenUp = new Set<number>()

  append(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes])
  }

  /** Writes in place: part of it may be on the platter later, in any order. */
  write(bytes: Uint8Array, offset: number): void {
    this.bytes = atLeast(this.bytes, offset + bytes.byteLength)
    this.bytes.set(bytes, offset)
    for (const sector of sectorsOf(offset, bytes.byteLength)) this.unsynced.add(sector)
  }

  /** What was written in place is on the platter. */
  syncPart(offset: number, size: number): void {
    for (const sector of sectorsOf(offset, size)) {
      this.place(sector)
      this.unsynced.delete(sector)
      this.givenUp.delete(sector)
    }
  }

  /** A durable write fails: the system gives up what it has in memory of it, and says nothing of it the next time. */
  giveUp(): void {
    for (const sector of this.unsynced) this.givenUp.add(sector)
  }

  truncate(size: number): void {
    this.bytes = Buffer.from(this.bytes.subarray(0, size))
  }

  /** All that was written is on the platter, but for what a failed write has given up: nothing tells of that any more. */
  sync(): void {
    const before = this.synced
    this.synced = this.written()
    for (const sector of this.givenUp) {
      const [from, to] = [sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES]
      this.synced.fill(0, Math.min(from, this.synced.length), Math.min(to, this.synced.length))
      before.copy(this.synced, from, from, to)
    }
    for (const sector of this.unsynced) if (!this.givenUp.has(sector)) this.unsynced.delete(sector)
  }

  /** A sync that fails: the system gives up what it could not write, and says nothing of it the next time. */
  drop(): void {
    if (this.bytes.length > this.synced.length)
      this.dropped = [...this.dropped, [this.synced.length, this.bytes.length]]
  }

  /** What the system reads once it has forgotten what it had in memory. */
  evict(): void {
    this.bytes = this.written()
    this.dropped = []
    this.forgetSectors(sector => this.givenUp.has(sector))
  }

  /**
   * The power goes. What wasn't synced is lost, there, or there in part, as `how` and `share` say; of a part, it may be
   * that only the length has come to the disk. Of what was written in place any sectors may be there.
   */
  losePower(how: 'lost' | 'kept' | 'torn' | 'zeroed', share: number, draw: () => number): void {
    this.losePlaced(draw)
    const written = this.written()
    const isLonger = written.subarray(0, this.synced.length).equals(this.synced)
    const tail = isLonger ? written.subarray(this.synced.length) : Buffer.alloc(0)
    // an end is the last that comes
    const part = tail.subarray(0, Math.floor(tail.length * share))
    if (how === 'kept') this.synced = written
    else if (how === 'torn') this.synced = Buffer.concat([this.synced, part])
    else if (how === 'zeroed') this.synced = Buffer.concat([this.synced, Buffer.alloc(part.length)])
    this.bytes = Buffer.from(this.synced)
    this.dropped = []
  }

  /** Puts other bytes in the place of those that are there, as a disk that decays. */
  overwrite(bytes: Buffer): void {
    this.bytes = Buffer.from(bytes)
    this.synced = Buffer.from(bytes)
    this.dropped = []
    this.unsynced.clear()
    this.givenUp.clear()
  }

  private losePlaced(draw: () => number): void {
    const sectors = [...this.unsynced].sort((a, b) => a - b)
    if (sectors.length === 0) return
    const [how, share] = [draw(), draw()]
    const isKept = (at: number): boolean => (how < 0.3 ? at < share * sectors.length : draw() < share)
    const isAll = how > 0.8
    const kept = isAll ? sectors.filter(() => share < 0.5) : sectors.filter((_, at) => isKept(at))
    // the power may go while the platter is written: of a sector, too, a part may be there
    const partly = draw() < 0.3
    for (const sector of kept)
      if (!this.givenUp.has(sector)) this.place(sector, partly ? Math.floor(draw() * SECTOR_BYTES) : SECTOR_BYTES)
    this.forgetSectors(() => true)
  }

  /** Reads some of the sectors from the platter again. */
  private forgetSectors(isForgotten: (sector: number) => boolean): void {
    const bytes = Buffer.from(this.bytes)
    for (const sector of [...this.unsynced].filter(isForgotten)) {
      const [from, to] = [sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES]
      bytes.fill(0, Math.min(from, bytes.length), Math.min(to, bytes.length))
      this.synced.copy(bytes, from, from, to)
      this.unsynced.delete(sector)
      this.givenUp.delete(sector)
    }
    this.bytes = bytes
  }

  private place(sector: number, size = SECTOR_BYTES): void {
    const [from, to] = [sector * SECTOR_BYTES, Math.min(sector * SECTOR_BYTES + size, this.bytes.length)]
    this.synced = atLeast(this.synced, to)
    this.bytes.copy(this.synced, from, from, to)
  }

  private written(): Buffer {
    const bytes = Buffer.from(this.bytes)
    for (const [from, to] of this.dropped) bytes.fill(0, Math.min(from, bytes.length), Math.min(to, bytes.length))
    return bytes
  }
}

/** The same bytes, with zeros behind them where they are too few. */
const atLeast = (bytes: Buffer, length: number): Buffer =>
  bytes.length < length ? Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]) : bytes

const sectorsOf = (offset: number, size: number): readonly number[] => {
  const first = Math.floor(offset / SECTOR_BYTES)
  const last = Math.floor((offset + size - 1) / SECTOR_BYTES)
  return Array.from({ length: size === 0 ? 0 : last - first + 1 }, (_, at) => first + at)
}
