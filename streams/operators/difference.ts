import type { Key, PersistentMap } from './persistent-map.js'

/** How states of one kind differ, and how a difference is put to use: each the other's inverse. */
export interface Differing<State, Difference> {
  /** What makes `after` of `before`. */
  between(before: State, after: State): Difference
  /** What `difference` makes of `before`, which isn't changed. All of it must be the same: the order in it, too. */
  apply(before: State, difference: Difference): State
}

/** What a map has become another by, in a form that `toRows` takes. */
export interface MapDifference<K, V> {
  readonly set: readonly (readonly [K, V])[]
  readonly deleted: readonly K[]
}

/**
 * How two `PersistentMap`s differ: it costs as much as has changed between them. Values are told apart as `Object.is` does, so
 * they are replaced, and never changed.
 */
export const persistentMapDifference = <K extends Key, V>(): Differing<PersistentMap<K, V>, MapDifference<K, V>> => ({
  between: (before, after) => {
    const changes = [...after.changesSince(before)]
    return {
      set: changes.flatMap(({ key, after: now }) => (now === undefined ? [] : [[key, now[0]] as const])),
      deleted: changes.flatMap(({ key, after: now }) => (now === undefined ? [key] : [])),
    }
  },
  apply: (before, { set, deleted }) => {
    const kept = deleted.reduce((map, key) => map.delete(key), before)
    return set.reduce((map, [key, value]) => map.set(key, value), kept)
  },
})
