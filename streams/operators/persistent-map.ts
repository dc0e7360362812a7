import { changesOf, find, hashOf, Leaf, leavesOf, put, putInPlace, without, type Key, type Tree } from './hash-tree.js'

export type { Key }

/** What has become of one key: `undefined` where it wasn't, or isn't any more. */
export interface MapChange<K extends Key, V> {
  readonly key: K
  readonly before: readonly [V] | undefined
  readonly after: readonly [V] | undefined
}

/** A map that is being filled; `end` comes last, and once. */
export interface MapFilling<K extends Key, V> {
  /** Puts a key in, or gives it another value. */
  readonly add: (key: K, value: V) => void
  /** The map of all that was added. */
  readonly end: () => PersistentMap<K, V>
}

/** There is one zero, as in a `Map`. */
const leafOf = <K extends Key, V>(hash: number, key: K, value: V): Leaf<K, V> =>
  // 0 is a K where -0 is one
  new Leaf(hash, Object.is(key, -0) ? (0 as K) : key, value)

/**
 * A map that is never changed: `set` and `delete` give a new one, which shares all but a few nodes with the one before. A
 * change takes a microsecond or so, however much is in the map, where `new Map(old).set(…)` copies all of it.
 *
 * So it is what a large state is made of: each state of a projection stays what it was, to capture one is to keep it, and
 * `toRows` writes it by and by while entries go on to be applied. What two of them differ in is found without looking at
 * what they share.
 *
 * Keys are strings and numbers, told apart as a `Map` does. The order is that of their hashes: the same on all members, and
 * none to rely on otherwise.
 *
 * @example
 * ```ts
 * project(PersistentMap.empty<string, number>(), (balances, { to, amount }) =>
 *   balances.set(to, (balances.get(to) ?? 0) + amount),
 * )
 * ```
 */
export class PersistentMap<K extends Key, V> implements Iterable<[K, V]> {
  /** A map with nothing in it. */
  static empty<K extends Key, V>(): PersistentMap<K, V> {
    return new PersistentMap<K, V>(undefined, 0)
  }

  /** A map of these pairs; of those with an equal key the last counts. */
  static from<K extends Key, V>(pairs: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    const { add, end } = PersistentMap.filling<K, V>()
    for (const [key, value] of pairs) add(key, value)
    return end()
  }

  /** A new one that is filled by and by, at less cost than by `set`. */
  static filling<K extends Key, V>(): MapFilling<K, V> {
    let tree: Tree<K, V> | undefined
    let size = 0
    return {
      add: (key, value) => {
        const hash = hashOf(key)
        if (find(tree, hash, key) === undefined) size++
        tree = putInPlace(tree, leafOf(hash, key, value))
      },
      end: () => new PersistentMap(tree, size),
    }
  }

  private constructor(
    private readonly tree: Tree<K, V> | undefined,
    readonly size: number,
  ) {}

  /** The value of a key; undefined where it isn't there. */
  get(key: K): V | undefined {
    return find(this.tree, hashOf(key), key)?.value
  }

  /** Whether a key is there. */
  has(key: K): boolean {
    return find(this.tree, hashOf(key), key) !== undefined
  }

  /** With this value; the same map if it has that value already. */
  set(key: K, value: V): PersistentMap<K, V> {
    const hash = hashOf(key)
    const was = find(this.tree, hash, key)
    if (was !== undefined && Object.is(was.value, value)) return this
    return new PersistentMap(put(this.tree, leafOf(hash, key, value)), was === undefined ? this.size + 1 : this.size)
  }

  /** Without this key; the same map if it isn't there. */
  delete(key: K): PersistentMap<K, V> {
    const was = find(this.tree, hashOf(key), key)
    if (this.tree === undefined || was === undefined) return this
    return new PersistentMap(without(this.tree, was), this.size - 1)
  }

  /** Keys with their values, in the order of the map. */
  *entries(): Generator<[K, V], undefined> {
    for (const { key, value } of leavesOf(this.tree)) yield [key, value]
  }

  /** The keys, in the order of the map. */
  *keys(): Generator<K, undefined> {
    for (const { key } of leavesOf(this.tree)) yield key
  }

  /** The values, in the order of the map. */
  *values(): Generator<V, undefined> {
    for (const { value } of leavesOf(this.tree)) yield value
  }

  /** As `entries`. */
  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries()
  }

  /** What has come, gone or changed since an earlier map. */
  *changesSince(earlier: PersistentMap<K, V>): Generator<MapChange<K, V>, undefined> {
    for (const { before, after } of changesOf(earlier.tree, this.tree)) {
      const leaf = after ?? before
      if (leaf === undefined) continue
      yield { key: leaf.key, before: before && [before.value], after: after && [after.value] }
    }
  }
}
