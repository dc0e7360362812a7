import { ArrayMaxSize, Equals, IsArray, IsIn, IsInt, Min } from 'class-validator'
import { LEADER_BUDGETS, type LeaderBudget } from '../budget.js'
import { IsBytes, IsRequestId, MayBeMissing } from '../fields.js'
import { MAX_MESSAGE_BYTES } from '../transport.js'
import { GroupMessage } from './message.js'

/** Appends that a follower hands to the leader: a framed batch without indexes and terms. */
export class Propose extends GroupMessage {
  @Equals('propose') readonly type = 'propose'
  @IsRequestId() declare readonly id: string
  @IsBytes(MAX_MESSAGE_BYTES) declare readonly entries: Uint8Array
}

export type ProposeVerdict = 'accepted' | 'not-leader' | 'overloaded'
const VERDICTS: readonly ProposeVerdict[] = ['accepted', 'not-leader', 'overloaded']

export class ProposeReply extends GroupMessage {
  @Equals('propose-reply') readonly type = 'propose-reply'
  @IsRequestId() declare readonly id: string
  @IsIn(VERDICTS) declare readonly verdict: ProposeVerdict
  /** Which budget of the leader's is used up, where it is overloaded. */
  @MayBeMissing() @IsIn(LEADER_BUDGETS) readonly budget?: LeaderBudget | undefined
  /** Which of the batch, by position, have a number whose answer is forgotten. */
  @IsArray() @ArrayMaxSize(100_000) @IsInt({ each: true }) @Min(0, { each: true }) declare readonly expired: number[]
}
