/**
 * What implementers and consumers test with: conformance kits for storages and transports, time and chance that repeat.
 *
 * @packageDocumentation
 */
export { storageKit } from './storage-kit.js'
export { transportKit } from './transport-kit/index.js'
export { VirtualClock } from './virtual-clock.js'
export { seededRandom } from './seeded-random.js'
