import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import type { SimulatedDisk } from './simulated-disk.js'

/** How NeDB gets to files: the one module through which all of its work goes. */
interface NedbFiles {
  existsAsync(path: string): Promise<boolean>
  appendFileAsync(path: string, text: string, options: object): Promise<void>
  readFileStream(path: string, options: object): Readable
  crashSafeWriteFileLinesAsync(path: string, lines: readonly string[], modes: object): Promise<void>
  ensureDatafileIntegrityAsync(path: string, mode: number): Promise<void>
  ensureParentDirectoryExistsAsync(path: string, mode: number): Promise<void>
}

const ownRequire = createRequire(__filename)
const viaNedb = createRequire(ownRequire.resolve('nedb-promises'))
// the module that NeDB itself has; untyped
const nedb = viaNedb('@seald-io/nedb/lib/storage.js') as NedbFiles

const mounted = new Map<string, SimulatedDisk>()

/** Lets NeDB work on a simulated disk wherever a path is in its folder; returns what ends that. */
export function mount(disk: SimulatedDisk): () => void {
  mounted.set(disk.folder, disk)
  return () => mounted.delete(disk.folder)
}

/** Does on a simulated disk what NeDB does in the same order on a real one. */
function onDisk(disk: SimulatedDisk): NedbFiles {
  const { layer } = disk
  return {
    existsAsync: path => layer.exists(path),
    appendFileAsync: (path, text) => disk.append(path, Buffer.from(text)),
    // of texts, as NeDB opens it
    readFileStream: path => Readable.from([disk.peek(path)], { objectMode: false, encoding: 'utf8' }),
    crashSafeWriteFileLinesAsync: async (path, lines) => {
      const temporary = `${path}~`
      await layer.syncFolder(dirname(path))
      if (await layer.exists(path)) await disk.sync(path)
      await disk.clear(temporary)
      await disk.append(temporary, Buffer.from(lines.map(line => `${line}\n`).join('')))
      await disk.sync(temporary)
      await layer.rename(temporary, path)
      await layer.syncFolder(dirname(path))
    },
    ensureDatafileIntegrityAsync: async path => {
      if (await layer.exists(path)) return
      if (await layer.exists(`${path}~`)) await layer.rename(`${path}~`, path)
      else await disk.append(path, Buffer.alloc(0))
    },
    ensureParentDirectoryExistsAsync: () => Promise.resolve(),
  }
}

const original = { ...nedb }
const of = (path: string): NedbFiles => {
  const disk = mounted.get(dirname(path))
  return disk === undefined ? original : onDisk(disk)
}
Object.assign(nedb, {
  existsAsync: path => of(path).existsAsync(path),
  appendFileAsync: (path, text, options) => of(path).appendFileAsync(path, text, options),
  readFileStream: (path, options) => of(path).readFileStream(path, options),
  crashSafeWriteFileLinesAsync: (path, lines, modes) => of(path).crashSafeWriteFileLinesAsync(path, lines, modes),
  ensureDatafileIntegrityAsync: (path, mode) => of(path).ensureDatafileIntegrityAsync(path, mode),
  ensureParentDirectoryExistsAsync: (path, mode) => of(path).ensureParentDirectoryExistsAsync(path, mode),
} satisfies NedbFiles)
