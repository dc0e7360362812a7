import { simulate } from '../../lib/testing/simulation'
import { leaseCampaign } from '../simulation/lease-campaign'
import { huntSeeds } from './seeds'

void huntSeeds(Number(process.argv[2]), seed => leaseCampaign(seed, simulate).failure)
