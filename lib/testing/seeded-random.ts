import type { Random } from '../../streams/contracts/clock.js'

/** Spreads a seed, so that neighbouring seeds begin far apart (splitmix32). */
function spread(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
}

/**
 * Chance that can be repeated: the same seed gives the same run. Guessable, so for tests and simulation only.
 *
 * @param seed - any number; its whole part counts, up to 53 bits.
 */
export function seededRandom(seed: number): Random {
  const low = spread(seed)
  const high = spread(Math.floor(seed / 2 ** 32))
  let [a, b, c, counter] = [low(), high(), low(), 1]

  /** Doty-Humphrey's sfc32: small, fast, with a period of at least 2^32. */
  const word = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) word()

  return {
    next: () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53,
    bytes: count => Uint8Array.from({ length: count }, () => word() >>> 24),
  }
}
