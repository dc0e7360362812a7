import { open, mkdir, readdir, rename, rm, stat, truncate, type FileHandle } from 'node:fs/promises'
import { hasCode } from './failures.js'

/** A file held open. */
export interface OpenFile {
  /** Appends all the bytes. */
  append(bytes: Uint8Array): Promise<void>
  /** Up to `size` bytes from `offset`, fewer only at the end. */
  read(offset: number, size: number): Promise<Uint8Array>
  size(): Promise<number>
  /** Makes what has been written to the file durable, by whatever descriptor it was written. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** All that a storage does to files itself, so that tests can lose, tear and refuse it. */
export interface FileLayer {
  /** Makes a folder, and the folders above it. */
  makeFolder(path: string): Promise<void>
  /** Names in a folder. */
  list(path: string): Promise<readonly string[]>
  exists(path: string): Promise<boolean>
  /** Opens for reading and appending; `create` makes a new file, or fails if it is there. */
  open(path: string, how: 'existing' | 'create'): Promise<OpenFile>
  truncate(path: string, size: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file; none is fine. */
  remove(path: string): Promise<void>
  /** Makes names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

class NodeFile implements OpenFile {
  constructor(private readonly handle: FileHandle) {}

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) at += (await this.handle.write(bytes, at)).bytesWritten
  }

  async read(offset: number, size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await this.handle.read(bytes, at, size - at, offset + at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return bytes.subarray(0, at)
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size
  }

  sync(): Promise<void> {
    return this.handle.datasync()
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return false
      throw error
    },
  )

async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder; its file systems make names durable with the file.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file system of Node.js. */
export const nodeFiles: FileLayer = {
  makeFolder: async path => {
    await mkdir(path, { recursive: true })
  },
  list: path => readdir(path),
  exists,
  open: async (path, how) => new NodeFile(await open(path, how === 'create' ? 'ax+' : 'a+')),
  truncate,
  rename,
  remove: path => rm(path, { force: true }),
  syncFolder,
}
