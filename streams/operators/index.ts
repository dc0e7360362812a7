/**
 * What consumers pipe: operators over committed entries and snapshots. Nothing here needs Node or a cluster, so the
 * same pipe runs on a host's `committed$`, on an array with RxJS's `from`, and in a browser.
 *
 * @packageDocumentation
 */
export { acknowledge, type Acknowledged, type Reached } from './acknowledge.js'
export { allOf } from './all-of.js'
export { anyOf } from './any-of.js'
export { applyEach, type Handler } from './apply-each.js'
export { batched, type BatchOptions } from './batched.js'
export { checksum, verifyChecksum } from './checksum.js'
export { chunk } from './chunk.js'
export { decode } from './decode.js'
export { dedupe } from './dedupe.js'
export { persistentMapDifference, type Differing, type MapDifference } from './difference.js'
export { everyBytes } from './every-bytes.js'
export { everyEntries } from './every-entries.js'
export { everyInterval } from './every-interval.js'
export { fromRows } from './from-rows.js'
export { fromIncrements, type IncrementRestoring } from './from-increments.js'
export { fromIndex, type EntrySource, type Listenable } from './from-index.js'
export { growth, type CompactionStrategy, type Growth } from './growth.js'
export { ofType, type PayloadOf, type PayloadType } from './of-type.js'
export { oneByOne, type LineOptions } from './one-by-one.js'
export { PersistentMap, type Key, type MapChange, type MapFilling } from './persistent-map.js'
export { project, type Apply, type Projection } from './project.js'
export { select } from './select.js'
export { toIncrements, type Increment, type IncrementOptions } from './to-increments.js'
export { toRows, type RowOptions } from './to-rows.js'
export { untilCaughtUp, type Current, type Target } from './until-caught-up.js'
export { whenIdle } from './when-idle.js'
export { whileLeader, type Leading } from './while-leader.js'
export { resume, withSnapshot, type Follow, type Restorable, type Restoring } from './with-snapshot.js'

export type { Codec } from '../contracts/codec.js'
export { ERRORS, isKayakError, KayakError } from '../contracts/errors.js'
export type { ErrorCode, KayakErrorDetails, Outcome } from '../contracts/errors.js'
export type { Entry, Payload } from '../contracts/host.js'
