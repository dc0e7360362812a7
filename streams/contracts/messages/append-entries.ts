import { Equals, IsBoolean } from 'class-validator'
import { IsBytes, IsCount, IsTerm } from '../fields.js'
import { MAX_MESSAGE_BYTES } from '../transport.js'
import { GroupMessage } from './message.js'

/** Entries to follow those that the receiver has, or none as a heartbeat (section 3.5). */
export class AppendEntries extends GroupMessage {
  @Equals('append-entries') readonly type = 'append-entries'
  @IsTerm() declare readonly term: number
  /** The receiver's incarnation in the leader's roster; its answer echoes it. */
  @IsCount() declare readonly incarnation: number
  @IsCount() declare readonly prevIndex: number
  @IsCount() declare readonly prevTerm: number
  @IsCount() declare readonly commit: number
  /** The leader's round (section 6.4); the answer echoes it. */
  @IsCount() declare readonly round: number
  /** A framed batch. */
  @IsBytes(MAX_MESSAGE_BYTES) declare readonly entries: Uint8Array
}

/** What the receiver has: true in itself, whichever message it answers. */
export class AppendReply extends GroupMessage {
  @Equals('append-reply') readonly type = 'append-reply'
  @IsTerm() declare readonly term: number
  @IsCount() declare readonly incarnation: number
  @IsCount() declare readonly round: number
  /** Up to here its log is the leader's **and** durable. */
  @IsCount() declare readonly match: number
  /** Up to here its log is the leader's, durable or not yet. */
  @IsCount() declare readonly verified: number
  /** Whether the message that it answers fitted; if not, `prevIndex` of that message and where the two may still agree. */
  @IsBoolean() declare readonly fits: boolean
  @IsCount() declare readonly refusedIndex: number
  @IsCount() declare readonly hintIndex: number
  @IsCount() declare readonly hintTerm: number
}
