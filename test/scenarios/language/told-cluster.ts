import { TestCluster, type TestClusterOptions } from '../../../lib/testing/cluster/index.js'
import type { Random } from '../../../streams/contracts/clock.js'
import { ListMachine } from './list-machine.js'

/** Chance that a story can take into its hand: how long one member waits before it stands for election. */
export class SteeredChance implements Random {
  /** What is drawn, in [0, 1); undefined where chance draws. */
  fixed: number | undefined

  constructor(private readonly chance: Random) {}

  next(): number {
    return this.fixed ?? this.chance.next()
  }

  bytes(count: number): Uint8Array {
    return this.chance.bytes(count)
  }
}

/** A cluster that is watched after every event, and whose members' patience can be chosen. */
export class ToldCluster extends TestCluster {
  /** The chance that was given away last. */
  latest: SteeredChance | undefined
  /** Called after every event. */
  watch: () => void = () => undefined

  constructor(options: TestClusterOptions) {
    super({ ...options, newMachine: () => new ListMachine() })
  }

  override fork(): Random {
    this.latest = new SteeredChance(super.fork())
    return this.latest
  }

  override step(): boolean {
    const isMore = super.step()
    this.watch()
    return isMore
  }
}
