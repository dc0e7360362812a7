import type { ErrorCode } from '../../streams/contracts/errors.js'

/** The member that was asked is going away: another one is asked. */
const LEAVING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KAYAK_STOPPED', 'KAYAK_REMOVED'])
/** Worth another attempt, where an earlier one may have taken effect and a caller could make nothing of this answer. */
const WORTH_ASKING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KAYAK_TIMEOUT', 'KAYAK_OVERLOADED'])
/** What is about what a stream was asked for, and would be no other at another member, or isn't to be had there. */
const ABOUT_ASKED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'KAYAK_COMPACTED',
  'KAYAK_INTERRUPTED',
  'KAYAK_INVALID',
  'KAYAK_NOT_AUTHORIZED',
  'KAYAK_OVERLOADED',
])

export const AGAIN_MS = 100

/** Whether a member says that it is going away. */
export const isLeaving = (code: ErrorCode): boolean => LEAVING.has(code)

/** Whether what a member has answered is no answer yet. */
export const isPassing = (code: ErrorCode, isOpen = false): boolean =>
  isLeaving(code) || (isOpen && WORTH_ASKING.has(code))

/** Whether a stream ends by it: whatever else ails a member, another one may be well. */
export const isFinal = (code: ErrorCode): boolean => ABOUT_ASKED.has(code)
