import { ByteReader } from './byte-reader.js'
import { PersistentMap, type Key } from './persistent-map.js'
import { unreadable } from './unreadable.js'
import { MOST_DEEP, TAG } from './values.js'

/** A container that is being filled. */
interface Filling {
  add(value: unknown): void
  /** What it has become. */
  end(): unknown
}

/** One that takes keys and values in turn. */
class Pairs implements Filling {
  private key: readonly [unknown] | undefined

  constructor(
    private readonly put: (key: unknown, value: unknown) => void,
    private readonly whole: () => unknown,
  ) {}

  add(value: unknown): void {
    if (this.key === undefined) {
      this.key = [value]
      return
    }
    this.put(this.key[0], value)
    this.key = undefined
  }

  end(): unknown {
    if (this.key !== undefined) throw unreadable('a key has no value')
    return this.whole()
  }
}

function filledObject(): Filling {
  const object: Record<string, unknown> = {}
  return new Pairs(
    (key, value) => {
      if (typeof key !== 'string') throw unreadable('a key of an object is no string')
      // a definition and no assignment, which __proto__ would make something else of
      if (key !== '__proto__') object[key] = value
      else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
    },
    () => object,
  )
}

function filledPersistentMap(): Filling {
  const map = PersistentMap.filling<Key, unknown>()
  return new Pairs(
    (key, value) => {
      if (typeof key !== 'string' && typeof key !== 'number') throw unreadable('a key is neither a string nor a number')
      map.add(key, value)
    },
    () => map.end(),
  )
}

function filling(tag: number): Filling {
  switch (tag) {
    case TAG.array: {
      const array: unknown[] = []
      return { add: value => void array.push(value), end: () => array }
    }
    case TAG.set: {
      const set = new Set<unknown>()
      return { add: value => void set.add(value), end: () => set }
    }
    case TAG.map: {
      const map = new Map<unknown, unknown>()
      return new Pairs(
        (key, value) => map.set(key, value),
        () => map,
      )
    }
    case TAG.object:
      return filledObject()
    case TAG.persistentMap:
      return filledPersistentMap()
    default:
      throw unreadable(`there is no value of kind ${tag}`)
  }
}

/** A value that is no container, or nothing. */
function plainValue(tag: number, row: ByteReader): readonly [unknown] | undefined {
  switch (tag) {
    case TAG.undefined:
      return [undefined]
    case TAG.null:
      return [null]
    case TAG.false:
      return [false]
    case TAG.true:
      return [true]
    case TAG.integer:
      return [row.integer()]
    case TAG.number:
      return [row.number()]
    case TAG.bigint:
      return [row.bigint()]
    case TAG.string:
      return [row.string()]
    case TAG.utf16:
      return [row.utf16()]
    case TAG.bytes:
      return [row.byteArray()]
    default:
      return undefined
  }
}

/** Builds a state from rows, each as it comes. */
export class RowReader {
  /** What is being filled, the innermost last. */
  private readonly open: Filling[] = []
  private whole: readonly [unknown] | undefined

  take(bytes: Uint8Array): void {
    const row = new ByteReader(bytes)
    while (!row.isAtEnd) this.step(row)
  }

  end(): unknown {
    if (this.whole === undefined) throw unreadable('they end before the state does')
    return this.whole[0]
  }

  private step(row: ByteReader): void {
    if (this.whole !== undefined) throw unreadable('they go on after the state')
    const tag = row.tag()
    if (tag === TAG.end) return this.close()
    const value = plainValue(tag, row)
    if (value !== undefined) return this.put(value[0])
    if (this.open.length >= MOST_DEEP) throw unreadable('it is too deep')
    this.open.push(filling(tag))
  }

  private close(): void {
    const closed = this.open.pop()
    if (closed === undefined) throw unreadable('something ends that has not begun')
    this.put(closed.end())
  }

  private put(value: unknown): void {
    const innermost = this.open.at(-1)
    if (innermost === undefined) this.whole = [value]
    else innermost.add(value)
  }
}
