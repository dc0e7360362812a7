/** Whether a value is an object of no class, of whichever realm it may be: a test runner has several. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' && prototype !== null && Object.getPrototypeOf(prototype) === null
}
