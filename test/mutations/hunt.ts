import { simulate } from '../../lib/testing/simulation'
import { campaign } from '../simulation/campaign'
import { huntSeeds } from './seeds'

void huntSeeds(Number(process.argv[2]), seed => campaign(seed, simulate).failure)
