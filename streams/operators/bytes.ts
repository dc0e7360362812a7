import { KayakError } from '../contracts/errors.js'

/** Says how many bytes there are; what isn't bytes would otherwise be taken for none, and a snapshot for whole. */
export function lengthOf(bytes: unknown): number {
  if (bytes instanceof Uint8Array) return bytes.byteLength
  const text =
    'A stage of a snapshot pipeline was given something that is no Uint8Array: begin it with `toRows`, or encode before.'
  throw new KayakError('KAYAK_INVALID', text)
}
