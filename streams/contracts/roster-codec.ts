import { ArrayMaxSize, Equals, IsArray, IsBoolean, IsDefined, ValidateNested } from 'class-validator'
import { isSafeLease } from '../rules/lease.js'
import type { ClusterSettings, Roster, RosterMember } from '../rules/roster.js'
import { KayakError } from './errors.js'
import { IsAddress, IsCount, IsId, IsTerm, MayBeMissing } from './fields.js'
import { LIMITS } from './limits.js'
import { VERSIONS, versionsText } from './protocol.js'
import { check } from './validation.js'

class MemberRecord {
  @IsId() declare readonly id: string
  @IsAddress() declare readonly address: string
  @IsCount() declare readonly incarnation: number
  @MayBeMissing() @IsBoolean() readonly staysLearner?: boolean
  @MayBeMissing() @IsCount() readonly priority?: number
}

class SettingsRecord {
  @IsTerm() declare readonly electionTimeoutMs: number
  @IsCount() declare readonly leaseMs: number
  @IsCount() declare readonly clockBoundMs: number
  @MayBeMissing() @IsTerm() readonly version?: number
}

/** The version of rosters as bytes: it has one of its own, as whatever is replicated does. */
const VERSION = 1

class RosterRecord {
  @Equals(VERSION) declare readonly version: number
  @IsCount() declare readonly index: number
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly voters: MemberRecord[]
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly outgoing: MemberRecord[]
  @IsArray() @ArrayMaxSize(LIMITS.members) @ValidateNested({ each: true }) declare readonly learners: MemberRecord[]
  @IsDefined() @ValidateNested() declare readonly settings: SettingsRecord
}

/** Bytes of the largest roster that {@link decodeRoster} accepts. */
export const LARGEST_ROSTER_BYTES = 64 * 1024

export const encodeRoster = (roster: Roster): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ version: VERSION, ...roster }))

const isPlain = (plain: unknown): plain is object =>
  typeof plain === 'object' && plain !== null && !Object.hasOwn(plain, '__proto__')

/** Nested values become instances of their classes, so that they are checked too. */
const reviveMember = (plain: unknown): unknown => (isPlain(plain) ? Object.assign(new MemberRecord(), plain) : plain)
const reviveMembers = (list: unknown): unknown => (Array.isArray(list) ? list.map(reviveMember) : list)
const reviveSettings = (plain: unknown): unknown =>
  isPlain(plain) ? Object.assign(new SettingsRecord(), plain) : plain

const plainMember = ({ id, address, incarnation, staysLearner, priority }: MemberRecord): RosterMember => ({
  ...{ id, address, incarnation },
  ...(staysLearner !== undefined && { staysLearner }),
  ...(priority !== undefined && { priority }),
})
const plainSettings = ({ electionTimeoutMs, leaseMs, clockBoundMs, version }: SettingsRecord): ClusterSettings => ({
  ...{ electionTimeoutMs, leaseMs, clockBoundMs },
  ...(version !== undefined && { version }),
})

const isLater = (version: unknown, known: number): version is number => typeof version === 'number' && version > known

/** A later version may have other fields, so its number is looked at first. */
function checkVersion(version: unknown): void {
  if (isLater(version, VERSION)) throw new KayakError('KAYAK_VERSION', `A roster has version ${String(version)}.`)
}

/** What has been replicated since the cluster's version was raised may be of it. */
function checkClusterVersion({ version }: ClusterSettings): void {
  if (!isLater(version, VERSIONS.newest)) return
  const why = `The cluster's version is ${String(version)}, and this member speaks ${versionsText(VERSIONS)}.`
  throw new KayakError('KAYAK_VERSION', why)
}

/**
 * Checks a roster as it stands in a file or a message, once parsed.
 *
 * @throws {@link KayakError} `KAYAK_VERSION` for one of a later version, and for one of a cluster whose members all speak
 * a later version; `KAYAK_CORRUPT` for what is none.
 */
export function checkRoster(plain: unknown): Roster {
  const raw: Record<string, unknown> = typeof plain === 'object' && plain !== null ? { ...plain } : {}
  checkVersion(raw['version'])
  const revived = {
    ...raw,
    voters: reviveMembers(raw['voters']),
    outgoing: reviveMembers(raw['outgoing']),
    learners: reviveMembers(raw['learners']),
    settings: reviveSettings(raw['settings']),
  }
  const checked = check(RosterRecord, revived)
  if (!checked.ok) throw new KayakError('KAYAK_CORRUPT', `A roster is malformed: ${checked.reason}.`)
  const { index, voters, outgoing, learners, settings } = checked.value
  checkClusterVersion(settings)
  if (!isSafeLease(settings)) throw new KayakError('KAYAK_CORRUPT', 'A roster has a lease longer than is safe.')
  return {
    index,
    voters: voters.map(plainMember),
    outgoing: outgoing.map(plainMember),
    learners: learners.map(plainMember),
    settings: plainSettings(settings),
  }
}

/** @throws {@link KayakError} as {@link checkRoster} does. */
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
