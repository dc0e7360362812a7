import type { ErrorCode } from '../../streams/contracts/errors.js'

/** Why a connection is given up, or has not come about. */
export class Left extends Error {
  constructor(
    reason: string,
    readonly code?: ErrorCode,
  ) {
    super(reason)
  }
}

/** A member that is not believed any more. */
export const leftForSaying = (what: string): Left => new Left(`it says what no member says: ${what}`, 'KAYAK_INVALID')
