import { Equals } from 'class-validator'
import { IsCount, IsTerm, MayBeMissing } from '../fields.js'
import { GroupMessage } from '../messages/message.js'
import { AreMembers, IsMember } from './fields.js'

/** Who is in the cluster and who leads it, as the member knows: told at first, and when it changes. */
export class ClientStanding extends GroupMessage {
  @Equals('standing') readonly type = 'standing'
  @MayBeMissing() @IsMember() readonly leader?: string | undefined
  @AreMembers() declare readonly voters: string[]
  @AreMembers() declare readonly learners: string[]
  @IsCount() declare readonly rosterIndex: number
}

/** How far the member has come: told at first, and again and again, so that a client knows that it is there. */
export class ClientProgress extends GroupMessage {
  @Equals('progress') readonly type = 'progress'
  @IsCount() declare readonly committed: number
  /** The last of those that a consumer could see, as far as the member knows. */
  @IsCount() declare readonly visible: number
  /** How many answers a session keeps: a client begins a new one before it would need more. */
  @IsTerm() declare readonly window: number
}
