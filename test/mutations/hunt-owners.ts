import { simulate } from '../../lib/testing/simulation'
import { ownersCampaign } from '../simulation/owners-campaign'
import { huntSeeds } from './seeds'

void huntSeeds(Number(process.argv[2]), seed => ownersCampaign(seed, simulate).failure)
