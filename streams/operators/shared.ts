import { isPlainObject } from './plain.js'

type Plain = Readonly<Record<string, unknown>>

const isPlain = (value: unknown): value is Plain =>
  isPlainObject(value) && Object.getOwnPropertySymbols(value).length === 0

/** What a container holds, by the keys that two of a kind are compared by; undefined for what isn't looked into. */
function pairsOf(value: unknown): Map<unknown, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.entries())
  if (isPlain(value)) return new Map(Object.entries(value))
  if (value instanceof Map) return value
  return undefined
}

/** A container of the same kind that holds these. */
function like(value: unknown, pairs: Map<unknown, unknown>): unknown {
  if (Array.isArray(value)) return [...pairs.values()]
  return value instanceof Map ? pairs : Object.fromEntries(pairs)
}

const kindOf = (value: unknown): unknown => (Array.isArray(value) ? Array : value instanceof Map ? Map : undefined)

/** Whether two give the same in the same order. */
function isSameRow(one: Iterable<unknown>, other: Iterable<unknown>): boolean {
  const rest = one[Symbol.iterator]()
  for (const item of other) {
    const next = rest.next()
    if (next.done === true || !Object.is(next.value, item)) return false
  }
  return rest.next().done === true
}

/** Two containers, member by member: the earlier one if nothing differs, the later one if it holds nothing of it. */
function sharedPairs(before: Map<unknown, unknown>, after: Map<unknown, unknown>): Map<unknown, unknown> {
  let isSame = isSameRow(before.keys(), after.keys())
  let isOther = true
  const pairs = new Map<unknown, unknown>()
  for (const [key, value] of after) {
    const kept = before.has(key) ? shared(before.get(key), value) : value
    isSame &&= Object.is(kept, before.get(key))
    isOther &&= Object.is(kept, value)
    pairs.set(key, kept)
  }
  return isSame ? before : isOther ? after : pairs
}

/**
 * A value that is equal to `after`, and of which everything that is equal to what stood there `before` is what stood
 * there. Neither is changed. What is the same object isn't looked into, so it costs as much as was made anew.
 */
export function shared<T>(before: unknown, after: T): T {
  // equal in all that can be told is as good as the same type
  const earlier = before as T
  if (Object.is(before, after)) return earlier
  if (before instanceof Set && after instanceof Set) return isSameRow(before, after) ? earlier : after
  const [one, other] = [pairsOf(before), pairsOf(after)]
  if (one === undefined || other === undefined || kindOf(before) !== kindOf(after)) return after
  const pairs = sharedPairs(one, other)
  if (pairs === one) return earlier
  // of the same kind, with equal members
  return pairs === other ? after : (like(after, pairs) as T)
}
