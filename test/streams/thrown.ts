import { isKayakError } from '../../streams/contracts/errors'

/** The code of what is thrown, what is thrown instead of a coded error, or undefined if nothing is. */
export function codeThrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return isKayakError(error) ? error.code : error
  }
}
