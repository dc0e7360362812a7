import { isKayakError, KayakError, type Outcome } from '../../streams/contracts/errors.js'

// By shape, since an error of Node.js may be of another realm than this file, as it is under jest.
const hasMessage = (error: unknown): error is { message: string } =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'

/** Whether an error of the system has this code. */
export const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code

/**
 * What a disk's error is called: kayak's own go through, all else is a failed storage with its cause. What fails before
 * anything has been written is `rejected`.
 */
export function asStorageError(cause: unknown, what: string, outcome: Outcome = 'unknown'): KayakError {
  if (isKayakError(cause)) return cause
  const reason = hasMessage(cause) ? cause.message : String(cause)
  return new KayakError('KAYAK_STORAGE_FAILED', `${what} failed: ${reason}.`, { outcome, cause })
}

export const corrupt = (file: string, what: string, cause?: unknown): KayakError =>
  new KayakError('KAYAK_CORRUPT', `${file} ${what}.`, { file, cause })

const version = (file: string, what: string, cause?: unknown): KayakError =>
  new KayakError('KAYAK_VERSION', `${file} ${what}.`, { file, cause })

export const laterVersion = (file: string, found: number, newest: number): KayakError =>
  version(file, `has format ${found}, and this version knows those up to ${newest}`)

export const noLongerRead = (file: string, found: number): KayakError =>
  version(file, `has format ${found}, which an earlier version has to migrate first`)

/** What is within a record: one that a later version has written is no damage. */
export const unreadable = (file: string, what: string, cause: unknown): KayakError =>
  isKayakError(cause) && cause.code === 'KAYAK_VERSION'
    ? version(file, `has ${what} of a later version`, cause)
    : corrupt(file, `has a damaged ${what}`, cause)
