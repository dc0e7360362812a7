import type { Random } from '../../streams/contracts/clock.js'

/** Chance for clients, of what Node and browsers both have: unguessable. */
export function clientRandom(): Random {
  const bytes = (count: number): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(count))
  const next = (): number => {
    const [high = 0, low = 0] = globalThis.crypto.getRandomValues(new Uint32Array(2))
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53
  }
  return { next, bytes }
}
