import { KayakError } from '../../streams/contracts/errors.js'
import { disagreement, type Wishes } from '../../streams/rules/agreement.js'
import type { ClusterSettings } from '../../streams/rules/roster.js'

/** Refuses options that disagree with what the cluster has agreed on. */
export function checkAgreement(wishes: Wishes, agreed: ClusterSettings): void {
  const name = disagreement(agreed, wishes)
  if (name === undefined) return
  if (name === 'heartbeatMs') {
    const timeout = String(agreed.electionTimeoutMs)
    throw new KayakError('KAYAK_INVALID', `heartbeatMs is at most a third of electionTimeoutMs, ${timeout} here.`)
  }
  throw new KayakError('KAYAK_INVALID', `${name} is ${String(agreed[name])} in this cluster.`)
}
