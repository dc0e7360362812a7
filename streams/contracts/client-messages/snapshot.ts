import { Equals } from 'class-validator'
import { IsCount } from '../fields.js'
import { RequestMessage } from './request.js'

/** Asks which snapshot the member has. */
export class ClientSnapshot extends RequestMessage {
  @Equals('snapshot') readonly type = 'snapshot'
}

/** The newest snapshot, by what tells it from any other; all zero where there is none. */
export class ClientSnapshotIs extends RequestMessage {
  @Equals('snapshot-is') readonly type = 'snapshot-is'
  @IsCount() declare readonly index: number
  @IsCount() declare readonly term: number
  /** Of the consumer's stream. */
  @IsCount() declare readonly bytes: number
  @IsCount() declare readonly checksum: number
}
