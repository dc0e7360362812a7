import { EMPTY_ROSTER, findMember } from '../../../streams/rules/roster.js'
import type { TestCluster } from './test-cluster.js'

/** Whether the leader's roster has those who run where they are, as far as it has them. */
export function isPlaced({ leader, running }: TestCluster): boolean {
  const roster = leader.replica?.roster ?? EMPTY_ROSTER
  return running.every(({ id, address }) => (findMember(roster, id)?.address ?? address) === address)
}
