import { huntSeeds } from './seeds'
import { casesFirst } from './storage/cases'
import { huntedSegments } from './storage/hunted-segments'
import { segmentCases } from './storage/segment-cases'
import { storageHunt } from './storage/storage-hunt'

void huntSeeds(
  Number(process.argv[2]),
  casesFirst(segmentCases, seed => storageHunt(seed, huntedSegments)),
)
