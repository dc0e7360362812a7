import { randomBytes } from 'node:crypto'

const DIFFERENT = 16

/** Gives one of a few random payloads of a size after another, so that nothing can be made of their being the same. */
export function payloads(bytes: number): () => Uint8Array {
  const made = Array.from({ length: DIFFERENT }, () => new Uint8Array(randomBytes(bytes)))
  const [first = new Uint8Array(bytes)] = made
  let at = 0
  return () => made[at++ % DIFFERENT] ?? first
}
