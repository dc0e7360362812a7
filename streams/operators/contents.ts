import { KayakError } from '../contracts/errors.js'
import { PersistentMap } from './persistent-map.js'
import { isPlainArray, isPlainObject } from './plain.js'
import { TAG, type ContainerTag } from './values.js'

export const unwritable = (what: string): KayakError =>
  new KayakError('KAYAK_INVALID', `A state that holds ${what} can't be written in rows: map it to plain values before.`)

/** Keys and values, in turn. */
function* flat(pairs: Iterable<readonly [unknown, unknown]>): Generator<unknown, undefined> {
  for (const [key, value] of pairs) {
    yield key
    yield value
  }
}

function* fieldsOf(object: Readonly<Record<string, unknown>>): Generator<unknown, undefined> {
  for (const key of Object.keys(object)) {
    yield key
    yield object[key]
  }
}

/** The elements of an array, each looked at when it is wanted: an array may be large. */
function* elementsOf(array: readonly unknown[]): Generator<unknown, undefined> {
  for (let at = 0; at < array.length; at++) {
    const value = array[at]
    if (value === undefined && !Object.hasOwn(array, at)) throw unwritable('an array with gaps')
    yield value
  }
}

/** Whether a value is of a class that is JavaScript's own and no subclass of it, of whichever realm: the tag tells those. */
function isExactly<T extends object>(value: object, Type: { readonly prototype: T }, tag: string): value is T {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Type.prototype) return true
  return isPlainObject(prototype) && Object.prototype.toString.call(value) === tag
}

/** A collection, of which only what it collects would be written. */
function bare<T extends object>(collection: T): T {
  if (Reflect.ownKeys(collection).length > 0) throw unwritable('a Map or a Set with fields of its own')
  return collection
}

const isIterable = (value: object): value is Iterable<unknown> =>
  Symbol.iterator in value && typeof value[Symbol.iterator] === 'function'

/** What a plain object holds: its fields, or what it gives where it is an iterable and nothing besides. */
function ofObject(value: object): readonly [ContainerTag, Iterable<unknown>] {
  if (Object.getOwnPropertySymbols(value).length === 0) return [TAG.object, fieldsOf({ ...value })]
  if (isIterable(value) && Reflect.ownKeys(value).length === 1) return [TAG.array, value]
  throw unwritable('an object with symbols as keys')
}

/** What it gives is all that is known of an iterator: it is one for whoever iterates over it, and so gives itself. */
function ofIterator(value: object): readonly [ContainerTag, Iterable<unknown>] {
  if (isIterable(value) && !ArrayBuffer.isView(value)) {
    const iterator: unknown = value[Symbol.iterator]()
    if (iterator === value) return [TAG.array, value]
  }
  throw unwritable(`an instance of ${value.constructor.name}`)
}

/**
 * How a container is told, and what is in it. What would lose something is refused: a subclass, a symbol, a gap.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for what rows can't give back.
 */
export function contentsOf(value: object): readonly [ContainerTag, Iterable<unknown>] {
  if (isPlainObject(value)) return ofObject(value)
  if (isPlainArray(value)) return [TAG.array, elementsOf(value)]
  if (isExactly(value, Map<unknown, unknown>, '[object Map]')) return [TAG.map, flat(bare(value))]
  if (isExactly(value, Set<unknown>, '[object Set]')) return [TAG.set, bare(value)]
  const prototype: unknown = Object.getPrototypeOf(value)
  if (value instanceof PersistentMap && prototype === PersistentMap.prototype) return [TAG.persistentMap, flat(value)]
  if (prototype === null) return ofObject(value)
  // an iterable that isn't there yet is written as an array, and pulled row by row
  return ofIterator(value)
}
