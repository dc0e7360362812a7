import { Equals, IsBoolean } from 'class-validator'
import { IsBytes, IsCount, IsTerm } from '../fields.js'
import { LIMITS } from '../limits.js'
import { LARGEST_ROSTER_BYTES } from '../roster-codec.js'
import { GroupMessage } from './message.js'

/** A chunk of a snapshot (section 5.3), with all that says which. */
export class InstallSnapshot extends GroupMessage {
  @Equals('install-snapshot') readonly type = 'install-snapshot'
  @IsTerm() declare readonly term: number
  @IsCount() declare readonly incarnation: number
  @IsTerm() declare readonly index: number
  @IsTerm() declare readonly snapshotTerm: number
  @IsCount() declare readonly time: number
  @IsBytes(LARGEST_ROSTER_BYTES) declare readonly roster: Uint8Array
  @IsCount() declare readonly sessionBytes: number
  @IsCount() declare readonly bytes: number
  @IsCount() declare readonly checksum: number
  @IsCount() declare readonly offset: number
  @IsBytes(LIMITS.snapshotChunkBytes) declare readonly data: Uint8Array
}

/** Acknowledges what has arrived of a snapshot: `offset` is the next byte wanted. */
export class SnapshotReply extends GroupMessage {
  @Equals('snapshot-reply') readonly type = 'snapshot-reply'
  @IsTerm() declare readonly term: number
  @IsCount() declare readonly incarnation: number
  @IsCount() declare readonly index: number
  @IsCount() declare readonly offset: number
  /** Whether the receiver now has all up to `index`, durably. */
  @IsBoolean() declare readonly installed: boolean
}
