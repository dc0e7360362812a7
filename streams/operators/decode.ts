import { map, type OperatorFunction } from 'rxjs'
import type { Codec } from '../contracts/codec.js'
import { KayakError } from '../contracts/errors.js'
import type { Entry } from '../contracts/host.js'

function decoded<T>(entry: Entry<Uint8Array>, codec: Pick<Codec<T>, 'decode'>): Entry<T> {
  try {
    return { ...entry, payload: codec.decode(entry.payload) }
  } catch (cause) {
    throw new KayakError('KAYAK_INVALID', `Entry ${entry.index} can't be decoded.`, { cause })
  }
}

/**
 * Gives entries of bytes their typed payload, and leaves the rest of each entry as it is.
 *
 * An entry that the codec can't decode errors the pipe with `KAYAK_INVALID`, which names its index and has the codec's
 * error as its cause. It isn't passed over: a state machine that skips what another member applies is no replica of it.
 * Who wants to go on regardless says so in the codec, by decoding to a value that stands for 'unreadable'.
 *
 * ```
 *  entries      --a---b---?--
 *  decode(json)
 *  result       --A---B---#      #: KAYAK_INVALID
 * ```
 *
 * @example
 * ```ts
 * host.committed$.pipe(decode(transfers), project(new Map(), apply))
 * ```
 *
 * @param codec - only its `decode` is used; it must be pure.
 */
export const decode =
  <T>(codec: Pick<Codec<T>, 'decode'>): OperatorFunction<Entry<Uint8Array>, Entry<T>> =>
  entries$ =>
    entries$.pipe(map(entry => decoded(entry, codec)))
