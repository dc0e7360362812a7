import type { Host } from 'kayak'
import type { World } from './world.js'

/** Where a member's roster has another. */
export const addressOf = (by: Host, { id }: Host['self']): string | undefined =>
  [...by.roster.voters, ...by.roster.learners].find(member => member.id === id)?.address

/** Waits until all have applied a roster that has each where it is. */
export const known = (world: World, ...hosts: readonly Host[]): Promise<void> =>
  world.until(() => hosts.every(by => hosts.every(({ self }) => addressOf(by, self) === self.address)), 20_000)
