import { undecodable, type Codec } from '../../../streams/contracts/codec.js'
import type { Budgets } from '../../../streams/replica/budgets.js'
import { payloadBytes, tooLarge } from '../coding.js'

/** Checks what a client appends as this host's own appends are: encoded elsewhere, and decoded here to see that it can be. */
export const payloadCheck =
  <T>(codec: Codec<T>, maxPayloadBytes: number, budgets: Budgets) =>
  (bytes: Uint8Array): void => {
    const size = payloadBytes(codec, bytes)
    if (size > maxPayloadBytes) {
      budgets.over('payload', size, maxPayloadBytes)
      throw tooLarge(size, maxPayloadBytes)
    }
    try {
      // a copy, since what a codec makes of it may share its memory
      codec.decode(new Uint8Array(bytes))
    } catch (cause) {
      throw undecodable('What this client appends can not be decoded by the members.', 'rejected', cause)
    }
  }
