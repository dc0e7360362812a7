/*
 * Messages arrive as their own copy, in which only the `Uint8Array`s are shared with the sender: nobody changes the
 * bytes of a message once it is made, and copying them would cost more than all the rest of a simulation.
 */
function copyValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(copyValue)
  return copyMessage(value)
}

/** A message as it would come off a wire: a plain object of its own, without undefined fields. */
export function copyMessage(message: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(message)) if (value !== undefined) copy[key] = copyValue(value)
  return copy
}

/** Bytes of a message's binary fields, which are all that makes one large. */
export function binaryBytes(message: object): number {
  let bytes = 0
  for (const value of Object.values(message)) if (value instanceof Uint8Array) bytes += value.byteLength
  return bytes
}
