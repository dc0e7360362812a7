import type { FaultKind } from '../faults.js'
import { clocks } from './clocks.js'
import { disks } from './disks.js'
import { membership } from './membership.js'
import { moves } from './moves.js'
import { networks } from './networks.js'
import { owners } from './owners.js'
import { processes } from './processes.js'
import { stale } from './stale.js'
import type { Strike } from './strike.js'

/** What each kind of fault does. */
export const STRIKES: Readonly<Record<FaultKind, Strike>> = {
  ...processes,
  ...networks,
  ...stale,
  ...disks,
  ...clocks,
  ...membership,
  ...moves,
  ...owners,
}
