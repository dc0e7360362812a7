import type { Scenario } from './bench'
import { throughput } from './throughput'

/** All that is measured, in this order. */
export const SCENARIOS: readonly Scenario[] = [throughput]
