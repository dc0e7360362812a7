import { Equals, IsBoolean } from 'class-validator'
import { IsCount, IsRequestId, MayBeMissing } from '../fields.js'
import { GroupMessage } from './message.js'

/** Asks the leader for an index that reflects all that has been acknowledged (section 6.4). */
export class ReadIndex extends GroupMessage {
  @Equals('read-index') readonly type = 'read-index'
  @IsRequestId() declare readonly id: string
  /** Whether the leader's lease is enough, where it has one. */
  @MayBeMissing() @IsBoolean() readonly lease?: boolean | undefined
}

export class ReadIndexReply extends GroupMessage {
  @Equals('read-index-reply') readonly type = 'read-index-reply'
  @IsRequestId() declare readonly id: string
  /** False where the asked member doesn't lead, or no longer does. */
  @IsBoolean() declare readonly confirmed: boolean
  @IsCount() declare readonly index: number
}
