/**
 * What implementers and consumers test with: conformance kits for storages and transports, time and chance that repeat,
 * and a check of histories for linearizability.
 *
 * @packageDocumentation
 */
export { storageKit, type KitTest, type StorageEnvironment } from './storage-kit.js'
export { transportKit, type MakeTransportLab, type TransportLab } from './transport-kit/index.js'
export { VirtualClock } from './virtual-clock.js'
export { seededRandom } from './seeded-random.js'
export { checkLinearizable, counter, registers, set } from './linearizability/index.js'
export type { Call, CounterInput, Linearizable, Model, RegisterInput, SetInput } from './linearizability/index.js'
export * from './simulation/index.js'
export * from './replay/index.js'
