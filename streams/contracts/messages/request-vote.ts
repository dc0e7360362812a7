import { Equals, IsBoolean, IsIn } from 'class-validator'
import type { VoteReason } from '../../rules/vote.js'
import { IsCount, IsTerm } from '../fields.js'
import { GroupMessage } from './message.js'

/** Asks for a vote (section 3.4), or with `pre` whether one would be granted (section 9.6). */
export class RequestVote extends GroupMessage {
  @Equals('request-vote') readonly type = 'request-vote'
  /** The term to be won. */
  @IsTerm() declare readonly term: number
  @IsBoolean() declare readonly pre: boolean
  @IsBoolean() declare readonly transfer: boolean
  @IsCount() declare readonly lastIndex: number
  @IsCount() declare readonly lastTerm: number
}

const REASONS: readonly VoteReason[] = ['granted', 'stale-term', 'hears-leader', 'voted', 'log-behind']

export class VoteReply extends GroupMessage {
  @Equals('vote-reply') readonly type = 'vote-reply'
  /** The voter's own term. */
  @IsCount() declare readonly term: number
  /** The term that was asked for. */
  @IsTerm() declare readonly forTerm: number
  @IsBoolean() declare readonly pre: boolean
  @IsIn(REASONS) declare readonly reason: VoteReason
  /** What the voter's newest committed roster says of the candidate. */
  @IsCount() declare readonly rosterIndex: number
  @IsBoolean() declare readonly isMember: boolean
}
