/** After so many bytes of a segment the index has another mark. */
const MARK_BYTES = 64 * 1024

/** Entries that follow each other in the records of one segment. */
interface Stretch {
  readonly segment: number
  readonly first: number
  last: number
  /** The first entry of some of its records, and where those are: the first record, then about one each 64 KiB. */
  readonly indexes: number[]
  readonly places: number[]
}

/** Where to begin to read, and how far what follows there is of the log. */
export interface Found {
  readonly segment: number
  readonly at: number
  readonly last: number
}

/** The position of the first that is true of an ascending list. */
function firstWhere<T>(list: readonly T[], isTrue: (item: T) => boolean): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = list[middle]
    if (item === undefined || !isTrue(item)) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Which entry is where on disk, in little memory: a mark for each 64 KiB. What was truncated stays in its file, so a
 * stretch ends where it was cut, and what is appended then begins another.
 */
export class Stretches {
  private list: readonly Stretch[] = []
  private isCut = true

  /** Takes in a record of entries that follow the last one. */
  append(segment: number, at: number, first: number, last: number): void {
    const stretch = this.list.at(-1)
    if (this.isCut || stretch?.segment !== segment) {
      this.list = [...this.list, { segment, first, last, indexes: [first], places: [at] }]
      this.isCut = false
      return
    }
    stretch.last = last
    if (at - (stretch.places.at(-1) ?? 0) < MARK_BYTES) return
    stretch.indexes.push(first)
    stretch.places.push(at)
  }

  /** Forgets `from` and all that follows. */
  truncate(from: number): void {
    this.list = this.list
      .filter(({ first }) => first < from)
      .map(stretch => (stretch.last < from ? stretch : { ...stretch, last: from - 1 }))
    this.isCut = true
  }

  /** Forgets `until` and all before. */
  compact(until: number): void {
    this.list = this.list.slice(firstWhere(this.list, ({ last }) => last > until))
    if (this.list.length === 0) this.isCut = true
  }

  /** The first segment that holds something, undefined while none does. */
  get firstSegment(): number | undefined {
    return this.list[0]?.segment
  }

  /** How to find entries as they are now, whatever is cut off from now on. */
  finder(): (index: number) => Found | undefined {
    const { list } = this
    return index => {
      const stretch = list[firstWhere(list, ({ last }) => last >= index)]
      if (stretch === undefined || stretch.first > index) return undefined
      const mark = firstWhere(stretch.indexes, first => first > index) - 1
      return { segment: stretch.segment, at: stretch.places[mark] ?? 0, last: stretch.last }
    }
  }
}
