import type { Clock } from '../../streams/contracts/clock.js'
import type { Storage } from '../../streams/contracts/storage.js'
import { MemoryDisk } from './disk.js'
import { MemoryStorage } from './storage.js'

export type { Calls, CallKind, CrashPoint, Moment, StorageCall } from './calls.js'
export type { Damageable } from './damage.js'
export { MemoryDisk } from './disk.js'
export type { Behaviour, Durable, MemoryDiskOptions, StoredSnapshot, Torn } from './disk.js'

/** What a storage in memory is made with. */
export interface MemoryStorageOptions {
  /** Where the data lives; by default a disk of its own, gone with the storage. */
  readonly disk?: MemoryDisk
  /** When operations end: nothing here has a timer or a promise of its own. */
  readonly clock: Clock
}

/**
 * A storage in memory, for tests and simulation: what completes is on its {@link MemoryDisk}, which outlives it and
 * fails, hangs and crashes as it is told. Entries are kept by reference.
 */
export const memoryStorage = ({ disk = new MemoryDisk(), clock }: MemoryStorageOptions): Storage =>
  new MemoryStorage(disk, clock)
