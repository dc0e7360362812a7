import { Equals, IsBoolean } from 'class-validator'
import { IsTerm, MayBeMissing } from '../fields.js'
import { GroupMessage } from './message.js'

/** The leader hands over: the receiver begins an election at once (section 3.10). */
export class TimeoutNow extends GroupMessage {
  @Equals('timeout-now') readonly type = 'timeout-now'
  @IsTerm() declare readonly term: number
  /** Whether it first asks if it would be elected: nobody has to go. */
  @MayBeMissing() @IsBoolean() readonly gently?: boolean | undefined
}
