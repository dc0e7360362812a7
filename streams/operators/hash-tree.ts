/** What a tree is keyed by. */
export type Key = string | number

/** One key and its value. */
export class Leaf<K extends Key, V> {
  constructor(
    readonly hash: number,
    readonly key: K,
    readonly value: V,
  ) {}
}

/** Keys whose hashes are equal, in an order of their own: so equal contents are equal trees, however they came. */
class Collision<K extends Key, V> {
  constructor(
    readonly hash: number,
    readonly leaves: readonly Leaf<K, V>[],
  ) {}
}

/** Up to 32 children, told by five bits of the hash; a bit of `bitmap` for each that there is. */
class Branch<K extends Key, V> {
  constructor(
    readonly bitmap: number,
    readonly children: readonly Tree<K, V>[],
  ) {}
}

/**
 * A hash array mapped trie (Bagwell, 2001), which is never changed: what is put in or taken out makes a new one that
 * shares all but a path of a few nodes with the one before.
 */
export type Tree<K extends Key, V> = Leaf<K, V> | Collision<K, V> | Branch<K, V>

const BITS = 5

/** FNV-1a. It is the same everywhere, so that all members iterate in the same order. */
export function hashOf(key: Key): number {
  let hash = 0x811c9dc5
  const text = typeof key === 'string' ? key : String(key)
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  // the lowest bits of FNV are the weakest, and are used first
  return (hash ^ (hash >>> 15)) | 0
}

const isSame = (one: unknown, other: unknown): boolean => one === other || (one !== one && other !== other)

const bitAt = (hash: number, shift: number): number => 1 << ((hash >>> shift) & 31)

/** How many bits are set. */
function countOf(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

const placeOf = (bitmap: number, bit: number): number => countOf(bitmap & (bit - 1))

export function find<K extends Key, V>(tree: Tree<K, V> | undefined, hash: number, key: K): Leaf<K, V> | undefined {
  let node = tree
  for (let shift = 0; node instanceof Branch; shift += BITS) {
    const bit = bitAt(hash, shift)
    node = (node.bitmap & bit) === 0 ? undefined : node.children[placeOf(node.bitmap, bit)]
  }
  if (node instanceof Leaf) return isSame(node.key, key) ? node : undefined
  return node?.leaves.find(leaf => isSame(leaf.key, key))
}

/** A branch over two whose hashes differ. */
function join<K extends Key, V>(one: Leaf<K, V> | Collision<K, V>, other: Leaf<K, V>, shift: number): Tree<K, V> {
  const [bit, otherBit] = [bitAt(one.hash, shift), bitAt(other.hash, shift)]
  if (bit === otherBit) return new Branch(bit, [join(one, other, shift + BITS)])
  // unsigned, since the highest bit comes last
  const isFirst = bit >>> 0 < otherBit >>> 0
  return new Branch(bit | otherBit, isFirst ? [one, other] : [other, one])
}

/** An order of all keys: numbers, then strings. */
function isBefore(one: Key, other: Key): boolean {
  if (typeof one !== typeof other) return typeof one === 'number'
  return one < other
}

function collisionOf<K extends Key, V>(leaves: readonly Leaf<K, V>[], leaf: Leaf<K, V>): Collision<K, V> {
  const others = leaves.filter(({ key }) => !isSame(key, leaf.key))
  const place = others.findIndex(({ key }) => isBefore(leaf.key, key))
  return new Collision(leaf.hash, others.toSpliced(place < 0 ? others.length : place, 0, leaf))
}

/** The tree with a leaf in it, in place of one with the same key. */
export function put<K extends Key, V>(tree: Tree<K, V> | undefined, leaf: Leaf<K, V>, shift = 0): Tree<K, V> {
  if (tree === undefined) return leaf
  if (tree instanceof Branch) {
    const { bitmap, children } = tree
    const bit = bitAt(leaf.hash, shift)
    const place = placeOf(bitmap, bit)
    if ((bitmap & bit) === 0) return new Branch(bitmap | bit, children.toSpliced(place, 0, leaf))
    return new Branch(bitmap, children.with(place, put(children[place], leaf, shift + BITS)))
  }
  if (tree.hash !== leaf.hash) return join(tree, leaf, shift)
  if (tree instanceof Collision) return collisionOf(tree.leaves, leaf)
  return isSame(tree.key, leaf.key) ? leaf : collisionOf([tree], leaf)
}

/**
 * The same for a tree that nobody else holds yet, whose branches are changed where they are: what is read back in makes no
 * garbage by that.
 */
export function putInPlace<K extends Key, V>(tree: Tree<K, V> | undefined, leaf: Leaf<K, V>, shift = 0): Tree<K, V> {
  if (!(tree instanceof Branch)) return put(tree, leaf, shift)
  const bit = bitAt(leaf.hash, shift)
  const place = placeOf(tree.bitmap, bit)
  // nobody else holds it
  const own = tree as { bitmap: number; children: Tree<K, V>[] }
  if ((own.bitmap & bit) === 0) {
    own.bitmap |= bit
    own.children.splice(place, 0, leaf)
  } else own.children[place] = putInPlace(own.children[place], leaf, shift + BITS)
  return tree
}

/** The tree without a leaf that is in it. */
export function without<K extends Key, V>(tree: Tree<K, V>, leaf: Leaf<K, V>, shift = 0): Tree<K, V> | undefined {
  if (tree instanceof Leaf) return undefined
  if (tree instanceof Collision) {
    const leaves = tree.leaves.filter(other => other !== leaf)
    return leaves.length === 1 ? leaves[0] : new Collision(tree.hash, leaves)
  }
  const { bitmap, children } = tree
  const bit = bitAt(leaf.hash, shift)
  const place = placeOf(bitmap, bit)
  const child = children[place]
  const rest = child && without(child, leaf, shift + BITS)
  const kept = rest === undefined ? children.toSpliced(place, 1) : children.with(place, rest)
  const [only] = kept
  // so that equal contents are equal trees
  if (kept.length < 2 && !(only instanceof Branch)) return only
  return new Branch(rest === undefined ? bitmap & ~bit : bitmap, kept)
}

/** All leaves, in the order of their hashes' bits: five, then the next five. */
export function* leavesOf<K extends Key, V>(tree: Tree<K, V> | undefined): Generator<Leaf<K, V>, undefined> {
  const rest: Tree<K, V>[] = tree === undefined ? [] : [tree]
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node instanceof Leaf) yield node
    else if (node instanceof Collision) yield* node.leaves
    else rest.push(...node.children.toReversed())
  }
}

/** A leaf that two trees don't have in common. */
export interface Change<K extends Key, V> {
  readonly before: Leaf<K, V> | undefined
  readonly after: Leaf<K, V> | undefined
}

function* changesOfLeaves<K extends Key, V>(
  before: Tree<K, V> | undefined,
  after: Tree<K, V> | undefined,
): Generator<Change<K, V>, undefined> {
  const old = new Map([...leavesOf(before)].map(leaf => [leaf.key, leaf]))
  for (const leaf of leavesOf(after)) {
    const was = old.get(leaf.key)
    old.delete(leaf.key)
    if (was === undefined || !Object.is(was.value, leaf.value)) yield { before: was, after: leaf }
  }
  for (const was of old.values()) yield { before: was, after: undefined }
}

/** What two trees differ in. Parts that they share aren't looked into, so it costs as much as has changed. */
export function* changesOf<K extends Key, V>(
  before: Tree<K, V> | undefined,
  after: Tree<K, V> | undefined,
): Generator<Change<K, V>, undefined> {
  if (before === after) return
  if (!(before instanceof Branch && after instanceof Branch)) return yield* changesOfLeaves(before, after)
  for (let at = 0; at < 32; at++) {
    const bit = 1 << at
    const [one, other] = [before, after].map(({ bitmap, children }) =>
      (bitmap & bit) === 0 ? undefined : children[placeOf(bitmap, bit)],
    )
    yield* changesOf(one, other)
  }
}
