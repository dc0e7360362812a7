import type { World } from '../host/world'
import type { Counting } from './counting'
import { slowDisk } from './callers'

/** A member's ends, all of which are counted. */
export function counted(world: World, name: string, counting: Counting) {
  slowDisk(world, name)
  const { storage, transport, clock } = world.options(name)
  return {
    storage: counting.storage(storage),
    transport: counting.transport(transport),
    clock: counting.clock(clock),
  }
}
