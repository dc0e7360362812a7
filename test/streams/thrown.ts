import { isKayakError } from '../../streams/contracts/errors'

/** What is thrown, or undefined if nothing is. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error
  }
}

/** The code of what is thrown, what is thrown instead of a coded error, or undefined if nothing is. */
export function codeThrownBy(work: () => unknown): unknown {
  const error = thrownBy(work)
  return isKayakError(error) ? error.code : error
}
