import type { Scenario } from '../bench'
import { alone } from './alone'
import { engines } from './engines'
import { idle } from './idle'
import { leaderless } from './leaderless'
import { members } from './members'
import { memory } from './memory'
import { operators } from './operators'
import { payloads } from './payloads'
import { positions } from './positions'
import { ratio } from './ratio'
import { rejoin } from './rejoin'
import { reopen } from './reopen'
import { snapshot } from './snapshot'
import { subscribers } from './subscribers'
import { throughput } from './throughput'
import { warming } from './warming'

/** All that is measured, in this order. */
export const SCENARIOS: readonly Scenario[] = [
  throughput,
  ratio,
  engines,
  alone,
  warming,
  leaderless,
  rejoin,
  reopen,
  snapshot,
  memory,
  idle,
  members,
  payloads,
  subscribers,
  positions,
  operators,
]
