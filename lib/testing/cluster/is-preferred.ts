import type { TestMember } from './test-member.js'

/** Whether no voter is preferred to a leader. */
export function isPreferred({ id, replica }: TestMember): boolean {
  const voters = replica?.roster.voters ?? []
  const { priority: own = 0 } = voters.find(voter => voter.id === id) ?? {}
  return voters.every(({ priority = 0 }) => priority <= own)
}
