import { IsIn, IsInt, IsObject, IsString, Max, Min, MinLength } from 'class-validator'
import { IsCount, IsId, IsTerm, MayBeMissing } from '../../streams/contracts/fields.js'
import type { Roster } from '../../streams/rules/roster.js'
import type { Identity, SnapshotMeta, TermAndVote } from '../../streams/contracts/storage.js'
import { check } from '../../streams/contracts/validation.js'
import { corrupt } from './failures.js'

const STANDINGS = ['founding', 'joining', 'member', 'left', 'removed', 'moving', 'moved'] as const

/** What a file says of a member, as JSON: what is undefined is left out. What an address is, is the transport's business. */
export class IdentityRecord implements Identity {
  @IsId() declare readonly memberId: string
  @MayBeMissing() @IsId() declare readonly clusterId: string | undefined
  @IsString() @MinLength(1) declare readonly address: string
  @IsString() @MinLength(1) declare readonly advertise: string
  @IsIn(STANDINGS) declare readonly standing: Identity['standing']
}

export class TermAndVoteRecord implements TermAndVote {
  @IsCount() declare readonly term: number
  @MayBeMissing() @IsId() declare readonly vote: string | undefined
}

/** The number of a log file, or the index of a snapshot. */
export class CountRecord {
  @IsCount() declare readonly value: number
}

const LARGEST_CRC = 0xffff_ffff

/** What a snapshot file says of itself; its roster is checked apart. */
export class SnapshotRecord implements SnapshotMeta {
  @IsCount() declare readonly index: number
  @IsTerm() declare readonly term: number
  @IsCount() declare readonly time: number
  @IsObject() declare readonly roster: Roster
  @IsCount() declare readonly sessionBytes: number
  @IsCount() declare readonly bytes: number
  @IsInt() @Min(0) @Max(LARGEST_CRC) declare readonly checksum: number
}

/** @throws {@link KayakError} `KAYAK_CORRUPT` for a record that kayak doesn't write, even if its checksum is right. */
export function toRecord<T extends object>(Type: new () => T, plain: unknown, path: string): T {
  const checked = check(Type, plain)
  if (checked.ok) return checked.value
  throw corrupt(path, `has a record that is not valid (${checked.reason})`)
}
