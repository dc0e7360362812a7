import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A bound for a program that hangs: it may have a busy machine to share. */
export const HANGS_MS = 600_000

/**
 * Runs a TypeScript program of the tests as a process of its own, bundled, where it takes half of the time that it takes
 * inside jest, and gives what it prints. Rejects, with what it says of it, if the program fails.
 */
export async function runBundled(program: string, ...words: readonly (string | number)[]): Promise<string> {
  const command = ['test/bundled.cjs', program, ...words.map(String)]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: join(__dirname, '..') })
  return stdout
}
