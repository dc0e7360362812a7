import { simulate } from '../../lib/testing/simulation'
import { rosterCampaign } from '../simulation/roster-campaign'
import { huntSeeds } from './seeds'

void huntSeeds(Number(process.argv[2]), seed => rosterCampaign(seed, simulate).failure)
