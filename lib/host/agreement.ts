import { KayakError } from '../../streams/contracts/errors.js'
import { disagreement, type Wishes } from '../../streams/rules/agreement.js'

/** Refuses options that disagree with what the cluster has agreed on. */
export function checkAgreement(wishes: Wishes, electionTimeoutMs: number): void {
  const agreed = String(electionTimeoutMs)
  switch (disagreement({ electionTimeoutMs }, wishes)) {
    case 'electionTimeoutMs':
      throw new KayakError('KAYAK_INVALID', `electionTimeoutMs is ${agreed} in this cluster.`)
    case 'heartbeatMs':
      throw new KayakError('KAYAK_INVALID', `heartbeatMs is at most a third of electionTimeoutMs, ${agreed} here.`)
    case undefined:
  }
}
