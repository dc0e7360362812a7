import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a protection of a storage is for, by itself. */
export interface StorageCase {
  readonly name: string
  readonly run: (folder: string) => Promise<void>
}

/** Runs a case in a folder of its own. */
export async function runCase({ run }: StorageCase): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kayak-case-'))
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Hunt = (seed: number) => Promise<string | undefined>

/** The cases first, each as a seed of its own, then what chance finds. */
export const casesFirst =
  (cases: readonly StorageCase[], hunt: Hunt): Hunt =>
  async seed => {
    const one = cases[seed - 1]
    if (one === undefined) return hunt(seed)
    try {
      await runCase(one)
      return undefined
    } catch (error) {
      return `${one.name}: ${String(error)}`
    }
  }
