export type { Faults } from './faults.js'
export { MemoryNetwork, type MemoryNetworkOptions, type Traffic } from './network.js'
