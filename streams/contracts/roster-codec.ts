import { ArrayMaxSize, Equals, IsArray, ValidateNested } from 'class-validator'
import type { Roster } from '../rules/roster.js'
import { KayakError } from './errors.js'
import { IsAddress, IsCount, IsId, IsTerm } from './fields.js'
import { LIMITS } from './limits.js'
import { check } from './validation.js'

class MemberRecord {
  @IsId() declare readonly id: string
  @IsAddress() declare readonly address: string
  @IsCount() declare readonly incarnation: number
}

class SettingsRecord {
  @IsTerm() declare readonly electionTimeoutMs: number
  @IsCount() declare readonly leaseMs: number
  @IsCount() declare readonly clockBoundMs: number
}

class RosterRecord {
  @Equals(1) declare readonly version: number
  @IsCount() declare readonly index: number
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly voters: MemberRecord[]
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly outgoing: MemberRecord[]
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly learners: MemberRecord[]
  @ValidateNested() declare readonly settings: SettingsRecord
}

/** Bytes of the largest roster that {@link decodeRoster} accepts. */
export const LARGEST_ROSTER_BYTES = 64 * 1024

export const encodeRoster = (roster: Roster): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: 1, ...roster }))

const revive = <T extends object>(Type: new () => T, plain: unknown): unknown =>
  typeof plain === 'object' && plain !== null && !Object.hasOwn(plain, '__proto__')
    ? Object.assign(new Type(), plain)
    : plain

const reviveAll = (list: unknown): unknown =>
  Array.isArray(list) ? list.map(item => revive(MemberRecord, item)) : list

/** Checks a roster as it stands in a file or a message, once parsed. */
export function checkRoster(plain: unknown): Roster {
  const raw: Record<string, unknown> = typeof plain === 'object' && plain !== null ? { ...plain } : {}
  const revived = {
    ...raw,
    voters: reviveAll(raw['voters']),
    outgoing: reviveAll(raw['outgoing']),
    learners: reviveAll(raw['learners']),
    settings: revive(SettingsRecord, raw['settings']),
  }
  const checked = check(RosterRecord, revived)
  if (!checked.ok) throw new KayakError('KAYAK_CORRUPT', `A roster is malformed: ${checked.reason}.`)
  const { index, voters, outgoing, learners, settings } = checked.value
  const plainMember = ({ id, address, incarnation }: MemberRecord): MemberRecord => ({ id, address, incarnation })
  return {
    index,
    voters: voters.map(plainMember),
    outgoing: outgoing.map(plainMember),
    learners: learners.map(plainMember),
    settings: { ...settings },
  }
}

/** @throws {@link KayakError} `KAYAK_CORRUPT` for anything that {@link encodeRoster} doesn't make. */
export function decodeRoster(bytes: Uint8Array): Roster {
  if (bytes.byteLength > LARGEST_ROSTER_BYTES) throw new KayakError('KAYAK_CORRUPT', 'A roster is too large.')
  let plain: unknown
  try {
    plain = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new KayakError('KAYAK_CORRUPT', 'A roster is no JSON.', { cause })
  }
  return checkRoster(plain)
}
