import { Equals, IsIn, IsString, MaxLength } from 'class-validator'
import { ERRORS, KayakError, type ErrorCode, type Outcome } from '../errors.js'
import { IsCount, MayBeMissing } from '../fields.js'
import { decodeMember, encodeMember, IsMember } from './fields.js'
import { RequestMessage } from './request.js'

// the keys of a constant
const CODES = Object.keys(ERRORS) as readonly ErrorCode[]
const OUTCOMES: readonly Outcome[] = ['rejected', 'unknown']
const LONGEST_REASON = 1000

/** A request has failed. */
export class ClientFailed extends RequestMessage {
  @Equals('failed') readonly type = 'failed'
  @IsIn(CODES) declare readonly code: ErrorCode
  /** What has happened; what to do about it follows from the code. */
  @IsString() @MaxLength(LONGEST_REASON) declare readonly reason: string
  @IsIn(OUTCOMES) declare readonly outcome: Outcome
  @MayBeMissing() @IsMember() readonly leader?: string | undefined
  @MayBeMissing() @IsCount() readonly snapshotIndex?: number | undefined
}

/** An error of a member as it goes to a client: without a cause, which may name what is none of its business. */
export const failureOf = (id: number, error: KayakError): ClientFailed => {
  const { code, message, outcome, leader, snapshotIndex } = error
  const advice = ` ${ERRORS[code]}`
  const reason = message.endsWith(advice) ? message.slice(0, -advice.length) : message
  return Object.assign(new ClientFailed(), {
    id,
    code,
    reason: reason.slice(0, LONGEST_REASON),
    outcome,
    leader: leader && encodeMember(leader),
    snapshotIndex,
  })
}

/** The error that a failure tells of. */
export function errorOf({ code, reason, outcome, leader, snapshotIndex }: ClientFailed, as = outcome): KayakError {
  return new KayakError(code, reason, {
    outcome: as,
    ...(leader !== undefined && { leader: decodeMember(leader) }),
    ...(snapshotIndex !== undefined && { snapshotIndex }),
  })
}
