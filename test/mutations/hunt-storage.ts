import { huntSeeds } from './seeds'
import { casesFirst } from './storage/cases'
import { huntedNedb } from './storage/hunted-nedb'
import { nedbCases } from './storage/nedb-cases'
import { storageHunt } from './storage/storage-hunt'

void huntSeeds(
  Number(process.argv[2]),
  casesFirst(nedbCases, seed => storageHunt(seed, huntedNedb)),
)
