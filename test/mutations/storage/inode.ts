/** A file's bytes as a running system sees them, and as they are on the platter. */
export class Inode {
  bytes: Buffer = Buffer.alloc(0)
  private synced: Buffer = Buffer.alloc(0)
  /** What a failed sync has dropped: it counts as written, and isn't. */
  private dropped: readonly (readonly [from: number, to: number])[] = []

  append(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes])
  }

  truncate(size: number): void {
    this.bytes = Buffer.from(this.bytes.subarray(0, size))
  }

  sync(): void {
    this.synced = this.written()
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
  }

  /**
   * The power goes. What wasn't synced is lost, there, or there in part, as `how` and `share` say; of a part, it may be
   * that only the length has come to the disk.
   */
  losePower(how: 'lost' | 'kept' | 'torn' | 'zeroed', share: number): void {
    const written = this.written()
    const isLonger = written.subarray(0, this.synced.length).equals(this.synced)
    const tail = isLonger ? written.subarray(this.synced.length) : Buffer.alloc(0)
    // an end is the last that comes
    const part = tail.subarray(0, Math.floor(tail.length * share))
    if (how === 'kept') this.synced = written
    else if (how === 'torn') this.synced = Buffer.concat([this.synced, part])
    else if (how === 'zeroed') this.synced = Buffer.concat([this.synced, Buffer.alloc(part.length)])
    this.bytes = this.synced
    this.dropped = []
  }

  /** Puts other bytes in the place of those that are there, as a disk that decays. */
  overwrite(bytes: Buffer): void {
    this.bytes = bytes
    this.synced = bytes
    this.dropped = []
  }

  private written(): Buffer {
    const bytes = Buffer.from(this.bytes)
    for (const [from, to] of this.dropped) bytes.fill(0, Math.min(from, bytes.length), Math.min(to, bytes.length))
    return bytes
  }
}
