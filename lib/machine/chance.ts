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

/** Rounds after which every bit of what it was begun with is in every word. */
const ROUNDS = 12

/**
 * 32 random bits at a time, the same for the same entry on every member: Doty-Humphrey's sfc32, begun with the whole
 * index, so that no two entries of a log have the same, and with term and time, so that nobody knows it much before.
 *
 * It is kayak's own and stays as it is, since what it gives is in the states of all who use it: a member that applied
 * an entry with another version of it would disagree with the others for good. A library may change.
 */
export function wordsOf({ index, term, time }: Drawn): () => number {
  let [a, b, c, counter] = [index | 0, high(index) ^ mixed(term | 0), mixed(time | 0), mixed(high(time) ^ high(term))]
  const word = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < ROUNDS; round++) word()
  return word
}
