/** What a field, an element or a number takes, about. */
const FIELD_BYTES = 8

const isEntry = (value: object): value is { readonly payload: unknown } =>
  'kind' in value && value.kind === 'data' && 'payload' in value

const isBuffer = (value: object): value is ArrayBufferView | ArrayBuffer =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer

const partsOf = (value: object): Iterable<unknown> => {
  if (value instanceof Map) return ([...value] as readonly unknown[][]).flat() // pairs
  return value instanceof Set ? value : Object.values(value)
}

/** What is in a payload that a codec has made, about; no more of it is looked at than until `enough` is reached. */
function contentBytes(payload: object, enough: number): number {
  const seen = new Set<unknown>()
  const waiting: unknown[] = [payload]
  let bytes = 0
  while (waiting.length > 0 && bytes <= enough) {
    const part = waiting.pop()
    if (typeof part === 'string') bytes += 2 * part.length
    else if (typeof part !== 'object' || part === null || seen.has(part)) continue
    else if (isBuffer(part)) bytes += part.byteLength
    else {
      seen.add(part)
      for (const inner of partsOf(part)) {
        bytes += FIELD_BYTES
        waiting.push(inner)
      }
    }
  }
  return bytes
}

function payloadBytes(payload: unknown, enough: number): number {
  if (typeof payload === 'string') return 2 * payload.length
  if (typeof payload !== 'object' || payload === null) return 0
  return isBuffer(payload) ? payload.byteLength : contentBytes(payload, enough)
}

/**
 * How many bytes of memory a value holds, about, which waits to be handled: of an entry those of its payload, of an array
 * those of what is in it. A string has two a character. Other objects count for nothing: one may be a state, which is large, and
 * which others hold as well.
 *
 * @param enough - what is more need not be exact.
 */
export function bytesOf(value: unknown, enough = Infinity): number {
  if (typeof value === 'string') return 2 * value.length
  if (typeof value !== 'object' || value === null) return 0
  if (isBuffer(value)) return value.byteLength
  if (isEntry(value)) return payloadBytes(value.payload, enough)
  if (!Array.isArray(value)) return 0
  let bytes = 0
  for (const item of value) bytes += bytesOf(item, enough)
  return bytes
}
