import { constants } from 'node:fs'
import { open, mkdir, readdir, rename, rm, stat, truncate, type FileHandle } from 'node:fs/promises'
import { hasCode } from './failures.js'

/** A file held open. */
export interface OpenFile {
  /** Appends all the bytes. */
  append(bytes: Uint8Array): Promise<void>
  /** Up to `size` bytes from `offset`, fewer only at the end. */
  read(offset: number, size: number): Promise<Uint8Array>
  /** How many bytes it has. */
  size(): Promise<number>
  /** Makes what has been written to the file durable, by whatever descriptor it was written. */
  sync(): Promise<void>
  /** Lets go of it. */
  close(): Promise<void>
}

/** A file held open whose bytes are written in place. */
export interface PlacedFile {
  /** Writes all the bytes at an offset. They are durable when it ends. */
  write(bytes: Uint8Array, offset: number): Promise<void>
  /** Up to `size` bytes from `offset`, fewer only at the end. */
  read(offset: number, size: number): Promise<Uint8Array>
  /** How many bytes it has. */
  size(): Promise<number>
  /** Lets go of it. */
  close(): Promise<void>
}

/** All that a storage does to files itself, so that tests can lose, tear and refuse it. */
export interface FileLayer {
  /** Makes a folder, and the folders above it. */
  makeFolder(path: string): Promise<void>
  /** Names in a folder. */
  list(path: string): Promise<readonly string[]>
  /** Whether a file or a folder is there. */
  exists(path: string): Promise<boolean>
  /** Opens for reading and appending; `create` makes a new file, or fails if it is there. */
  open(path: string, how: 'existing' | 'create'): Promise<OpenFile>
  /** Opens a file that is there, for reading and for writing in place. */
  openPlaced(path: string): Promise<PlacedFile>
  /** Cuts a file to so many bytes; durable once it is synced. */
  truncate(path: string, size: number): Promise<void>
  /** Gives a file another name, in the place of what had it; durable once the folder is synced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; none is fine. */
  remove(path: string): Promise<void>
  /** Makes names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

async function readFully(handle: FileHandle, offset: number, size: number): Promise<Uint8Array> {
  // of its own, as what is read may be kept, and without zeros, which are written over at once
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = 0
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, size - at, offset + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

class NodeFile implements OpenFile {
  constructor(private readonly handle: FileHandle) {}

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) at += (await this.handle.write(bytes, at)).bytesWritten
  }

  read(offset: number, size: number): Promise<Uint8Array> {
    return readFully(this.handle, offset, size)
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

/** Where one call of the system writes and syncs. Elsewhere it is two, or a promise that the system doesn't keep. */
const SYNCS_AS_IT_WRITES = process.platform === 'linux'

class NodePlacedFile implements PlacedFile {
  constructor(private readonly handle: FileHandle) {}

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    for (let at = 0; at < bytes.byteLength;)
      at += (await this.handle.write(bytes, at, bytes.byteLength - at, offset + at)).bytesWritten
    if (!SYNCS_AS_IT_WRITES) await this.handle.datasync()
  }

  read(offset: number, size: number): Promise<Uint8Array> {
    return readFully(this.handle, offset, size)
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size
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
  openPlaced: async path =>
    new NodePlacedFile(await open(path, SYNCS_AS_IT_WRITES ? constants.O_RDWR | constants.O_DSYNC : 'r+')),
  truncate,
  rename,
  remove: path => rm(path, { force: true }),
  syncFolder,
}
