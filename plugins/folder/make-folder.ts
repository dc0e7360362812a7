import { dirname } from 'node:path'
import { hasCode } from './failures.js'
import type { FileLayer } from './file-layer.js'

/** The folder and those above it, as far as they aren't there. */
async function missing(files: FileLayer, folder: string): Promise<readonly string[]> {
  if (await files.exists(folder)) return []
  const above = dirname(folder)
  return above === folder ? [folder] : [...(await missing(files, above)), folder]
}

/**
 * Makes the folder, and its name durable in the folder above; the same for those above it that are new. One that is
 * there is made durable too: a process may have died between making it and that.
 */
export async function makeFolder(files: FileLayer, folder: string): Promise<void> {
  const made = await missing(files, folder)
  if (made.length > 0) await files.makeFolder(folder)
  for (const path of made) await files.syncFolder(dirname(path))
  if (made.length === 0) await syncName(files, folder)
}

/** Whoever made a folder where kayak may not look has seen to its name. */
async function syncName(files: FileLayer, folder: string): Promise<void> {
  try {
    await files.syncFolder(dirname(folder))
  } catch (error) {
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error
  }
}
