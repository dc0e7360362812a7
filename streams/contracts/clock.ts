import type { SchedulerLike } from 'rxjs'

/**
 * Time, injected: `now()` in milliseconds since the epoch, never going back, and timers. Work scheduled with a delay
 * of 0 runs in a later turn of the event loop, after what has already arrived.
 */
export type Clock = SchedulerLike

/** Chance, injected, so that a run can be repeated from its seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `count` random bytes; unguessable outside of tests. */
  bytes(count: number): Uint8Array
}

/** `count` random bytes as hexadecimal digits. */
export const randomHex = (random: Random, count: number): string =>
  Array.from(random.bytes(count), byte => byte.toString(16).padStart(2, '0')).join('')
