import type { FileLayer } from '../folder/file-layer.js'

/** Where a storage of NeDB is, and when it is rewritten. */
export interface NedbStorageOptions {
  /** The folder, made if need be. One storage at a time uses it. */
  readonly dataDir: string
  /**
   * Bytes of the log file that hold nothing any more, after which it is rewritten once they also outweigh what is
   * live. The less, the more often what is live is written anew; the more, the more is on the disk that is of no use, is
   * read as it is opened, and has some hundred bytes of memory a line. Default 32 MiB.
   */
  readonly garbageBytes?: number
  /** What does the raw file work; tests lose and refuse writes by it. Default: the file system. */
  readonly files?: FileLayer
}

export const DEFAULT_GARBAGE_BYTES = 32 * 1024 * 1024
