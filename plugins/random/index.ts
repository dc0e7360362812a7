import { randomFillSync } from 'node:crypto'
import type { Random } from '../../streams/contracts/clock.js'

/** Numbers drawn from the kernel's source at a time, so that one costs nanoseconds. */
const BATCH = 512

/** Chance from `node:crypto`: unguessable. */
export function systemRandom(): Random {
  const words = new Uint32Array(2 * BATCH)
  let at = words.length

  const next = (): number => {
    if (at === words.length) {
      randomFillSync(words)
      at = 0
    }
    const high = (words[at] ?? 0) >>> 5
    const low = (words[at + 1] ?? 0) >>> 6
    at += 2
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  return { next, bytes: count => randomFillSync(new Uint8Array(count)) }
}
