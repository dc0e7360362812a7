/** Bytes that a number takes, or a field beside what it holds, roughly. */
const WORD_BYTES = 8

function fieldBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength
  if (typeof value === 'string') return 2 * value.length
  if (Array.isArray(value)) return value.length * WORD_BYTES
  return WORD_BYTES
}

/** What a message takes in memory, roughly, before anyone has checked it. */
export function messageBytes(message: unknown): number {
  if (typeof message !== 'object' || message === null) return 0
  let bytes = 0
  for (const value of Object.values(message)) bytes += WORD_BYTES + fieldBytes(value)
  return bytes
}
