import type { PlannedFault } from '../plan.js'
import type { Nemesis } from './nemesis.js'

/** Does one fault to a cluster, and undoes it when it has lasted for long enough. */
export type Strike = (nemesis: Nemesis, fault: PlannedFault) => void
