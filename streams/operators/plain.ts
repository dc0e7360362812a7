/** Whether a value is an object of no class, of whichever realm it may be: a test runner has several. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' && prototype !== null && Object.getPrototypeOf(prototype) === null
}

/** Whether a value is an array of no class of its own, of whichever realm: there what arrays inherit from is one itself. */
export const isPlainArray = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value))
