/** Whether a value is awaited as a promise is, of whichever realm or library: the queries of many are no more than that. */
export const isThenable = (value: unknown): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  'then' in value &&
  typeof value.then === 'function'
