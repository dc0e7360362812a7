/** What chance is drawn from. */
export interface Drawn {
  readonly index: number
  readonly term: number
  readonly time: number
}

/** Spreads a word over all of its bits: Appleby's finalizer. */
function mixed(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

const high = (integer: number): number => Math.floor(integer / 2 ** 32) | 0

/**
 * 32 random bits at a time, the same for the same entry on every member: Vigna's splitmix, of 32 bits, on a seed that
 * holds all that is known of the entry but its payload.
 *
 * It is kayak's own and stays as it is, since what it gives is in the states of all who use it: a member that has
 * replayed an entry with another version of it would disagree with the others for good. A library may change.
 */
export function wordsOf({ index, term, time }: Drawn): () => number {
  let state = 0x6b61796b // 'kayk'
  for (const part of [index | 0, high(index), term | 0, high(term), time | 0, high(time)])
    state = mixed(state ^ part) + 1
  return () => {
    state = (state + 0x9e3779b9) | 0
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
    return (bits ^ (bits >>> 15)) >>> 0
  }
}
