import { huntSeeds } from './seeds'
import { storageHunt } from './storage/storage-hunt'

void huntSeeds(Number(process.argv[2]), storageHunt)
