/** Which document holds which entries, and what its line takes in the file. */
export interface Batch {
  readonly id: string
  readonly first: number
  readonly last: number
  readonly bytes: number
}

/** Where in ascending batches an index is, or would be. */
export function batchAt(batches: readonly Batch[], index: number): number {
  let [low, high] = [0, batches.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((batches[middle]?.last ?? 0) < index) low = middle + 1
    else high = middle
  }
  return low
}

/** Batches without `from` and what follows: the one that holds it ends before it. */
export function batchesBefore(batches: readonly Batch[], from: number): Batch[] {
  const kept = batches.slice(0, batchAt(batches, from))
  const cut = batches[kept.length]
  if (cut !== undefined && cut.first < from) kept.push({ ...cut, last: from - 1 })
  return kept
}

/** Batches without `until` and what precedes it. */
export function batchesAfter(batches: readonly Batch[], until: number): Batch[] {
  const kept = batches.slice(batchAt(batches, until + 1))
  const [cut, ...rest] = kept
  return cut !== undefined && cut.first <= until ? [{ ...cut, first: until + 1 }, ...rest] : kept
}
