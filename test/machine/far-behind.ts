import type { Host } from 'kayak'
import { of } from 'rxjs'
import { toRows } from 'kayak/streams'
import { World } from '../host/world.js'
import { accountsOf, codec, deposit, LARGE, type Accounts, type Command } from './accounts.js'

/** The id of what only the snapshot tells of. */
export const SECOND = { session: 'till', number: 1 }

/**
 * A leader, its follower, and a third member with a machine that is cut off and so far behind that it needs the leader's
 * snapshot: until that is installed it has seen a deposit of one, and after that it has two.
 */
export async function farBehind(more: Partial<Accounts> = {}) {
  const world = new World()
  const hosts: readonly Host<Command>[] = await world.trio({ codec })
  // a trio has three
  const [a, , c] = hosts as [Host<Command>, Host<Command>, Host<Command>]
  const [ahead, behind] = [accountsOf(world, a), accountsOf(world, c, more)]
  await world.run(ahead.propose(deposit('ann', 1)))
  await world.run(behind.ready())
  world.network.isolate(c.self.address)
  await world.run(ahead.propose(deposit('ann', 1), { id: SECOND }))
  const second = ahead.index
  await world.run(Promise.all(Array.from({ length: 20 }, () => a.log.append(LARGE))))
  const { index: until, state } = ahead
  await world.run(a.log.compact(until, of(state).pipe(toRows())))
  return { world, hosts, c, behind, until, second }
}
