import { KayakError } from '../contracts/errors.js'

/**
 * A count or size that an operator was given, if it is one.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for anything but a whole number from 1.
 */
export function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new KayakError('KAYAK_INVALID', `${name} takes a whole number from 1, not ${value}.`)
}
