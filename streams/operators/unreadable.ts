import { KayakError } from '../contracts/errors.js'

/** The error of a stage that is given what its inverse has not written. */
export const unreadable = (why: string, cause?: unknown): KayakError =>
  new KayakError('KAYAK_UNREADABLE', `The bytes can't be read back: ${why}.`, cause === undefined ? {} : { cause })
