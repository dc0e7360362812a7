import type { Faults } from '../../../plugins/transport-memory/index.js'
import type { Protocol } from '../../../streams/contracts/protocol.js'
import type { ClusterSettings } from '../../../streams/rules/roster.js'
import type { MemberMachine } from './digest-machine.js'

/** What a cluster under test is, and what it runs in. */
export interface TestClusterOptions {
  readonly seed?: number
  readonly electionTimeoutMs?: number
  readonly heartbeatMs?: number
  /** What the network does wrong from the beginning. */
  readonly faults?: Partial<Faults>
  /** What members apply what has committed to. By default a digest. */
  readonly newMachine?: () => MemberMachine
  /** How long a disk takes. */
  readonly diskMs?: number | readonly [number, number]
  /** How far clocks may be apart. */
  readonly skewMs?: number
  /** What the cluster has agreed on of leases; by default there are none. */
  readonly leases?: Pick<ClusterSettings, 'leaseMs' | 'clockBoundMs'>
  /** How slowly a clock may run: what has a deadline by it may take so much longer. */
  readonly slowestRate?: number
  /** The deadline of operations that name none. */
  readonly timeoutMs?: number
  /** What members speak to begin with. Default: what this software does. */
  readonly protocol?: Protocol
  /** Looks on after every event. It must change nothing. */
  readonly look?: () => void
}
