import type { MemoryNetwork } from '../../../plugins/transport-memory/index.js'
import type { Random } from '../../../streams/contracts/clock.js'
import type { KayakError } from '../../../streams/contracts/errors.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { VirtualClock } from '../virtual-clock.js'
import type { Watched } from './checker.js'
import type { MemberMachine } from './digest-machine.js'

/** What a member under test runs in. */
export interface Surroundings {
  readonly clock: VirtualClock
  readonly network: MemoryNetwork
  readonly random: Random
  readonly heartbeatMs: number
  newMachine(): MemberMachine
  /** Where the others are, as whoever starts a member tells it. */
  contactsOf(member: Watched): readonly string[]
  /** Chance for one part, so that what others draw doesn't change what it draws. */
  fork(): Random
  /** Something of a member happens, or has. */
  touched(member: Watched): void
  /** A member has failed of itself. */
  failed(member: Watched, error: KayakError): void
  /** A life of a member has stopped in order, with so many of its timers still waiting. */
  stopped(life: string, timers: number): void
  applying(life: string, entry: LogEntry): void
}
