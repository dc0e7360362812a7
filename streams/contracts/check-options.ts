import { KayakError } from './errors.js'

/** @throws {@link KayakError} `KAYAK_INVALID` for what can't be the options of an operation. */
export function checkOptions(options: unknown): void {
  if (typeof options === 'object' && options !== null) return
  throw new KayakError('KAYAK_INVALID', 'The options of an operation are an object.')
}
