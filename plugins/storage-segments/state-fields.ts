import { IsInt, IsObject, Max, Min } from 'class-validator'
import { isCount } from '../../streams/contracts/entry-codec.js'
import { IsCount, IsId } from '../../streams/contracts/fields.js'
import type { Identity, TermAndVote } from '../../streams/contracts/storage.js'
import { corrupt } from '../folder/failures.js'
import { IdentityRecord, TermAndVoteRecord, toRecord } from '../folder/records.js'
import type { Fields } from './block.js'

/** A place in the log: what is before it was on disk. Segment 0 is before the first. */
export interface Mark {
  readonly segment: number
  readonly at: number
}

/** What a member must not forget beside its log. */
export interface State {
  readonly identity: Identity | undefined
  readonly termAndVote: TermAndVote
  /** The newest snapshot that was published, so that a lost one is noticed; 0 before there is one. */
  readonly snapshotIndex: number
  /** Random, made with the folder: the segments of another log are not taken for this one's. */
  readonly log: string
  /** The segments that must be there: a first one, and a last one, which may not be in use yet. */
  readonly firstSegment: number
  readonly lastSegment: number
  /** How far the log was on disk when this was saved. */
  readonly mark: Mark
}

/** A state with its number among all that were saved. */
export interface SavedState extends State {
  readonly sequence: number
}

class LogRecord {
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) declare readonly sequence: number
  @IsCount() declare readonly snapshotIndex: number
  @IsId() declare readonly log: string
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) declare readonly firstSegment: number
  @IsCount() declare readonly lastSegment: number
  @IsObject() declare readonly mark: Mark
}

const plainIdentity = ({ memberId, clusterId, address, advertise, standing }: Identity): Identity => {
  return { memberId, clusterId, address, advertise, standing }
}

export const toFields = ({ identity, ...state }: SavedState): Fields => ({
  ...state,
  ...(identity !== undefined && { identity: plainIdentity(identity) }),
})

/** @throws {@link KayakError} `KAYAK_CORRUPT` for fields that kayak doesn't write, even if their checksum is right. */
export function fromFields(path: string, { identity, termAndVote, ...rest }: Fields): SavedState {
  const { term, vote } = toRecord(TermAndVoteRecord, termAndVote, path)
  const { mark, ...state } = toRecord(LogRecord, rest, path)
  const { segment, at } = mark
  if (!isCount(segment) || !isCount(at)) throw corrupt(path, 'has a record that is not valid (mark)')
  return {
    ...state,
    mark: { segment, at },
    identity: identity === undefined ? undefined : plainIdentity(toRecord(IdentityRecord, identity, path)),
    termAndVote: { term, vote },
  }
}
