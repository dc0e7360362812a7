import type { Host } from 'kayak'
import { T, World } from '../host/world'
import { slowDisk } from './callers'
import { Counting } from './counting'

/** A leader is heard ten times in the least election timeout. */
export const HEARTBEAT_MS = T / 10

/** A member's ends, all of which are counted. */
function counted(world: World, name: string, counting: Counting) {
  slowDisk(world, name)
  const { storage, transport, clock } = world.options(name)
  return {
    storage: counting.storage(storage),
    transport: counting.transport(transport),
    clock: counting.clock(clock),
  }
}

/** A leader and two followers that have nothing left to do of how they began, and whose counts begin now. */
export async function grown() {
  const world = new World()
  const [leader, ...followers] = [new Counting(), new Counting(), new Counting()] as const
  const [atB, atC] = followers
  const a = await world.start('a', counted(world, 'a', leader))
  const b = await world.join('b', [a], counted(world, 'b', atB))
  const c = await world.join('c', [a], counted(world, 'c', atC))
  const hosts: readonly [Host, Host, Host] = [a, b, c]
  await world.pass(10 * T)
  for (const counting of [leader, ...followers]) counting.take()
  return { world, hosts, leader, followers }
}
