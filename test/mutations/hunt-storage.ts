import { huntSeeds } from './seeds'
import { huntedNedb } from './storage/hunted-nedb'
import { storageHunt } from './storage/storage-hunt'

void huntSeeds(Number(process.argv[2]), seed => storageHunt(seed, huntedNedb))
