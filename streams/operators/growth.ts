import { map, type OperatorFunction } from 'rxjs'
import type { Entry, Payload } from '../contracts/host.js'

/** By how much a log has grown: one entry, the bytes of its payload, and the log's time. */
export interface Growth {
  readonly index: number
  readonly bytes: number
  readonly time: number
}

/**
 * When to compact: from how a log grows to the indexes up to which a snapshot should be taken. Any operator from growth
 * to indexes is one, so a consumer's own composes with kayak's.
 */
export type CompactionStrategy = OperatorFunction<Growth, number>

const utf8 = new TextEncoder()

const payloadBytes = (payload: Payload): number =>
  typeof payload === 'string' ? utf8.encode(payload).byteLength : payload.byteLength

/**
 * What entries add to their log, as compaction strategies want to know it: the index of each and the bytes of its
 * payload, a string's in UTF-8, and its time. Entries are measured as they were appended: put it before `decode`.
 *
 * ```
 *  entries   --a---b---c--      payloads 'one', 'três', 5 bytes
 *  growth()
 *  result    --x---y---z--      x: 3, y: 5, z: 5 bytes, each with its index
 * ```
 *
 * @example
 * ```ts
 * host.committed$.pipe(growth(), everyBytes(64 * MiB)).subscribe(index => snapshotUntil(index))
 * ```
 */
export const growth = (): OperatorFunction<Entry, Growth> => entries$ =>
  entries$.pipe(map(({ index, payload, time }) => ({ index, bytes: payloadBytes(payload), time })))
