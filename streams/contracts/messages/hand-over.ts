import { Equals, IsBoolean, IsString, MaxLength } from 'class-validator'
import { IsId, IsRequestId, IsTerm, MayBeMissing } from '../fields.js'
import { GroupMessage } from './message.js'

/** Asks the leader of a term to hand over (section 3.10). One that comes late finds another term, and asks nothing of it. */
export class HandOver extends GroupMessage {
  @Equals('hand-over') readonly type = 'hand-over'
  @IsTerm() declare readonly term: number
  @IsRequestId() declare readonly id: string
  /** A voter; left out, whoever takes over best. */
  @MayBeMissing() @IsId() readonly to?: string | undefined
}

/** Says that nobody has taken over. That somebody has, who asked sees by who leads. */
export class HandOverReply extends GroupMessage {
  @Equals('hand-over-reply') readonly type = 'hand-over-reply'
  @IsRequestId() declare readonly id: string
  /** Who was told to stand, and may do so yet. */
  @MayBeMissing() @IsId() readonly to?: string | undefined
  @IsString() @MaxLength(200) declare readonly reason: string
  /** Whether that is since another takes over now. */
  @MayBeMissing() @IsBoolean() readonly busy?: boolean | undefined
}
