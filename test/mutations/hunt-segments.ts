import { huntSeeds } from './seeds'
import { runCase, segmentCases } from './storage/segment-cases'
import { huntedSegments } from './storage/hunted-segments'
import { storageHunt } from './storage/storage-hunt'

/** The cases first, each as a seed of its own, then what chance finds. */
async function hunt(seed: number): Promise<string | undefined> {
  const one = segmentCases[seed - 1]
  if (one === undefined) return storageHunt(seed, huntedSegments)
  try {
    await runCase(one)
    return undefined
  } catch (error) {
    return `${one.name}: ${String(error)}`
  }
}

void huntSeeds(Number(process.argv[2]), hunt)
