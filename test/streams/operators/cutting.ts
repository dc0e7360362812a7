/** Bytes in pieces of these sizes, an empty one before a byte for size 0, as long as there are bytes. */
export function cutAnyhow(bytes: Uint8Array, sizes: Iterable<number>): Uint8Array[] {
  const pieces: Uint8Array[] = []
  const rest = sizes[Symbol.iterator]()
  for (let at = 0; at < bytes.length;) {
    const next = rest.next()
    const size = next.done === true ? bytes.length : next.value
    if (size === 0) pieces.push(new Uint8Array(0))
    pieces.push(bytes.subarray(at, at + Math.max(1, size)))
    at += Math.max(1, size)
  }
  return pieces
}
