import { Equals, IsIn } from 'class-validator'
import { LARGEST_STEPS_BYTES } from '../change-codec.js'
import { IsAddress, IsBytes, IsCount, IsId, IsRequestId, IsTerm, MayBeMissing } from '../fields.js'
import { GroupMessage } from './message.js'

/** Asks for a change of the roster (section 4); a joiner asks to be added before it knows its cluster. */
export class ChangeRoster extends GroupMessage {
  @Equals('change-roster') readonly type = 'change-roster'
  @IsRequestId() declare readonly id: string
  /** What is to be done, all at once. */
  @IsBytes(LARGEST_STEPS_BYTES) declare readonly steps: Uint8Array
  /** Index of the roster that is meant; without it any. */
  @MayBeMissing() @IsCount() readonly ifIndex?: number | undefined
  /** How long whoever asks has been asking for this. */
  @MayBeMissing() @IsCount() readonly waitedMs?: number | undefined
  /** For how long a promotion may wait until the learner has caught up, so that whoever asks still hears that it hasn't. */
  @MayBeMissing() @IsCount() readonly withinMs?: number | undefined
  /** What a joiner was told of the cluster's settings: it isn't added where they are others. */
  @MayBeMissing() @IsTerm() readonly electionTimeoutMs?: number | undefined
  @MayBeMissing() @IsTerm() readonly heartbeatMs?: number | undefined
  @MayBeMissing() @IsCount() readonly leaseMs?: number | undefined
  @MayBeMissing() @IsCount() readonly clockBoundMs?: number | undefined
  /** The newest version that a joiner speaks: it isn't added where the cluster has gone on to a later one. */
  @MayBeMissing() @IsTerm() readonly speaks?: number | undefined
}

const VERDICTS = [
  'done',
  'not-leader',
  'address-taken',
  'last-voter',
  'not-member',
  'conflict',
  'not-caught-up',
  'busy',
  'full',
  'invalid',
  'disagrees',
  'older-member',
] as const
export type ChangeReplyVerdict = (typeof VERDICTS)[number]

export class ChangeReply extends GroupMessage {
  @Equals('change-reply') readonly type = 'change-reply'
  @IsRequestId() declare readonly id: string
  @IsIn(VERDICTS) declare readonly verdict: ChangeReplyVerdict
  /** The committed roster: one that shows it done, with `done`. */
  @IsCount() declare readonly rosterIndex: number
  /** Who has the address, with `address-taken`, who is none, with `not-member`, or who may be older, with `older-member`. */
  @MayBeMissing() @IsId() readonly by?: string
  /** Whom to ask instead, with `not-leader`, where it is known. */
  @MayBeMissing() @IsAddress() readonly leader?: string
  @IsId() declare readonly clusterId: string
  /** What the cluster has agreed on. */
  @IsCount() declare readonly electionTimeoutMs: number
  @IsCount() declare readonly leaseMs: number
  @IsCount() declare readonly clockBoundMs: number
  @IsTerm() declare readonly version: number
}
