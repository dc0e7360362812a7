import type { Random } from '../../streams/contracts/clock.js'
import type { FileLayer } from '../folder/file-layer.js'

/** Where a log of segments is, and how large they are. */
export interface SegmentStorageOptions {
  /** The folder, made if need be. One storage at a time uses it. */
  readonly dataDir: string
  /** Bytes of a log file, from 8 KiB to 1 GiB. A batch that is larger has a file of its own. Default 16 MiB. */
  readonly segmentBytes?: number
  /**
   * How many files may wait for their use, at most: one is made ahead, others are what compaction has emptied. With 0
   * an append makes its file when it needs one. Default 4.
   */
  readonly spareSegments?: number
  /** What does the raw file work; tests lose and refuse writes by it. Default: the file system. */
  readonly files?: FileLayer
  /** Where the log's name is drawn from. Default: the system's. */
  readonly random?: Pick<Random, 'bytes'>
}

export const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024
export const DEFAULT_SPARE_SEGMENTS = 4
export const SMALLEST_SEGMENT_BYTES = 8 * 1024
export const LARGEST_SEGMENT_BYTES = 1024 * 1024 * 1024
