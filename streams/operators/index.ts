/**
 * What consumers pipe: operators over committed entries and snapshots. Nothing here needs Node or a cluster, so the
 * same pipe runs on a host's `committed$`, on an array with RxJS's `from`, and in a browser.
 *
 * @packageDocumentation
 */
export { anyOf } from './any-of.js'
export { chunk } from './chunk.js'
export { decode } from './decode.js'
export { everyBytes } from './every-bytes.js'
export { everyEntries } from './every-entries.js'
export { everyInterval } from './every-interval.js'
export { growth, type CompactionStrategy, type Growth } from './growth.js'
export { project, type Apply, type Projection } from './project.js'

export type { Codec } from '../contracts/codec.js'
export { ERRORS, isKayakError, KayakError } from '../contracts/errors.js'
export type { ErrorCode, KayakErrorDetails, Outcome } from '../contracts/errors.js'
export type { Entry, Payload } from '../contracts/host.js'
