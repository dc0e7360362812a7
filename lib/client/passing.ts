import type { ErrorCode } from '../../streams/contracts/errors.js'

/** The member that was asked is going away: another one is asked. */
const LEAVING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KAYAK_STOPPED', 'KAYAK_REMOVED'])
/** Worth another attempt, where an earlier one may have taken effect and a caller could make nothing of this answer. */
const WORTH_ASKING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KAYAK_TIMEOUT', 'KAYAK_OVERLOADED'])

export const AGAIN_MS = 100

/** Whether what a member has answered is no answer yet. */
export const isPassing = (code: ErrorCode, isOpen = false): boolean =>
  LEAVING.has(code) || (isOpen && WORTH_ASKING.has(code))
