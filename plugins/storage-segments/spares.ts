import { join } from 'node:path'
import type { FileLayer } from '../folder/file-layer.js'
import { Turns } from '../folder/turns.js'
import { lifeOf, sealSegmentHeader, segmentPath, UNFINISHED, type Segment } from './segment.js'
import type { StateFile } from './state-file.js'

/** Zeros are written so many at a time. */
const ZEROS_BYTES = 1024 * 1024

export interface SpareOptions {
  readonly segmentBytes: number
  readonly spareSegments: number
}

/**
 * The segments that wait for their use. Each has its name, its header and all of its blocks on disk, and the state says
 * that it is there, before a record is written to it: so an append changes nothing but what blocks hold. One is made
 * ahead; others are those that compaction has emptied, under their next numbers.
 */
export class Spares {
  private readonly turns = new Turns()
  private failure: { readonly cause: unknown } | undefined
  private isClosing = false

  constructor(
    private readonly files: FileLayer,
    private readonly folder: string,
    private readonly state: StateFile,
    private readonly options: SpareOptions,
    private ready: readonly Segment[],
  ) {}

  /** Throws what has failed in the background: nothing is written any more then. */
  check(): void {
    if (this.failure !== undefined) throw this.failure.cause
  }

  /** The next segment, which is made first if none waits. */
  async take(): Promise<Segment> {
    return this.turns.take(async () => {
      if (this.ready.length === 0) await this.adopt([await this.make()])
      const [next, ...rest] = this.ready
      if (next === undefined) throw new RangeError('There is no segment.')
      this.ready = rest
      return next
    })
  }

  /** Makes the first segment of a new folder, before it holds anything: a state that is lost is missed by it. */
  async begin(): Promise<void> {
    if (this.state.current.lastSegment === 0) await this.turns.take(async () => this.adopt([await this.make()]))
    this.refill()
  }

  /** Makes one ahead, in the background. One that can't be made is made once it is needed, or fails then. */
  refill(): void {
    this.behind(async () => {
      if (this.isClosing || this.ready.length > 0 || this.options.spareSegments === 0) return
      const made = await this.make().catch(() => undefined)
      if (made !== undefined) await this.adopt([made])
    })
  }

  /** Lets go of the segments before one, in the background, and keeps some of them for another life. */
  drop(dropped: readonly Segment[], first: number, reads: () => Promise<unknown>): void {
    this.behind(async () => {
      await reads()
      // what is no longer needed may be missing from now on
      await this.state.save({ firstSegment: first })
      const fits = ({ capacity }: Segment): boolean => capacity === this.options.segmentBytes
      const room = Math.max(0, this.options.spareSegments - this.ready.length)
      const kept = dropped.filter(fits).slice(0, room)
      for (const segment of dropped) if (!kept.includes(segment)) await this.files.remove(segment.path)
      if (kept.length > 0) await this.adopt(kept.map(({ path }) => path))
    })
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.isClosing = true
    await this.turns.take(() => Promise.resolve())
  }

  private behind(work: () => Promise<void>): void {
    void this.turns.take(async () => {
      if (this.failure !== undefined) return
      await work().catch((cause: unknown) => {
        this.failure = { cause }
      })
    })
  }

  /** Makes a file of which every block has been written. */
  private async make(): Promise<string> {
    const path = join(this.folder, UNFINISHED)
    await this.files.remove(path)
    const file = await this.files.open(path, 'create')
    try {
      const zeros = Buffer.alloc(Math.min(ZEROS_BYTES, this.options.segmentBytes))
      for (let left = this.options.segmentBytes; left > 0; left -= zeros.byteLength)
        await file.append(zeros.subarray(0, Math.min(left, zeros.byteLength)))
      await file.sync()
    } catch (error) {
      await file.close()
      // a disk that is full has use for the room
      await this.files.remove(path)
      throw error
    }
    await file.close()
    return path
  }

  /** Gives files their next numbers. What they hold is of another life from the moment that their header is. */
  private async adopt(paths: readonly string[]): Promise<void> {
    const { log, lastSegment } = this.state.current
    const adopted: Segment[] = []
    for (const [at, path] of paths.entries()) {
      const number = lastSegment + 1 + at
      const segment = { number, path: segmentPath(this.folder, number), seed: lifeOf(log, number) }
      await this.writeHeader(path, sealSegmentHeader(log, number, this.options.segmentBytes))
      await this.files.rename(path, segment.path)
      adopted.push({ ...segment, capacity: this.options.segmentBytes })
    }
    await this.files.syncFolder(this.folder)
    await this.state.save({ lastSegment: lastSegment + paths.length })
    this.ready = [...this.ready, ...adopted]
  }

  private async writeHeader(path: string, header: Buffer): Promise<void> {
    const file = await this.files.openPlaced(path)
    try {
      await file.write(header, 0)
    } finally {
      await file.close()
    }
  }
}
