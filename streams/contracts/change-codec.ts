import { Equals, IsBoolean, IsDefined, IsIn, IsInt, Max, Min, ValidateNested } from 'class-validator'
import type { RosterStep } from '../rules/membership.js'
import { KayakError } from './errors.js'
import { IsAddress, IsCount, IsId, IsTerm, MayBeMissing } from './fields.js'
import { LIMITS } from './limits.js'
import { check, type Checked } from './validation.js'

class AddStep {
  @Equals('add') declare readonly type: 'add'
  @IsId() declare readonly id: string
  @IsAddress() declare readonly address: string
  @MayBeMissing() @IsBoolean() readonly asLearner?: boolean | undefined
}

class MemberStep {
  @IsIn(['promote', 'demote', 'remove']) declare readonly type: 'promote' | 'demote' | 'remove'
  @IsId() declare readonly id: string
}

class MoveStep {
  @Equals('move') declare readonly type: 'move'
  @IsId() declare readonly id: string
  @IsAddress() declare readonly address: string
}

class PreferStep {
  @Equals('prefer') declare readonly type: 'prefer'
  @IsId() declare readonly id: string
  @IsCount() declare readonly priority: number
}

const DAY_MS = 24 * 60 * 60 * 1000

class NewSettings {
  @MayBeMissing() @IsInt() @Min(10) @Max(DAY_MS) readonly electionTimeoutMs?: number
  @MayBeMissing() @IsCount() readonly leaseMs?: number
  @MayBeMissing() @IsCount() readonly clockBoundMs?: number
  /** Any: whether a leader speaks it is its business. */
  @MayBeMissing() @IsTerm() readonly version?: number
}

class SettleStep {
  @Equals('settle') declare readonly type: 'settle'
  @IsDefined() @ValidateNested() declare readonly settings: NewSettings
}

/** Bytes of the largest list of steps that {@link decodeSteps} accepts. */
export const LARGEST_STEPS_BYTES = 32 * 1024

export const encodeSteps = (steps: readonly RosterStep[]): Uint8Array => new TextEncoder().encode(JSON.stringify(steps))

const isPlain = (plain: unknown): plain is Record<string, unknown> =>
  typeof plain === 'object' && plain !== null && !Object.hasOwn(plain, '__proto__')

/** Nested values become instances of their classes, so that they are checked too. */
const revived = (plain: Record<string, unknown>): unknown =>
  isPlain(plain['settings']) ? { ...plain, settings: Object.assign(new NewSettings(), plain['settings']) } : plain

function checkStep(plain: unknown): Checked<RosterStep> {
  if (!isPlain(plain)) return { ok: false, reason: 'not an object' }
  switch (plain['type']) {
    case 'add':
      return check(AddStep, plain)
    case 'promote':
    case 'demote':
    case 'remove':
      return check(MemberStep, plain)
    case 'move':
      return check(MoveStep, plain)
    case 'prefer':
      return check(PreferStep, plain)
    case 'settle':
      return check(SettleStep, revived(plain))
    default:
      return { ok: false, reason: 'type: no such step' }
  }
}

const invalid = (why: string): KayakError =>
  new KayakError('KAYAK_INVALID', `A change of the roster is malformed: ${why}.`)

/** What is there, as a plain object: what was checked is of a class of this file's own, which also names what is not. */
const present = <T extends object>(value: T): T =>
  // the same, but for what is undefined
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T

const plainStep = (step: RosterStep): RosterStep =>
  step.type === 'settle' ? { type: 'settle', settings: present(step.settings) } : present(step)

/**
 * Checks the steps of a change as they come from a caller, or from a message once parsed.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` where there are none, too many, or one is none.
 */
export function checkSteps(plain: unknown): readonly RosterStep[] {
  if (!Array.isArray(plain) || plain.length === 0) throw invalid('steps are a list of at least one')
  if (plain.length > LIMITS.members) throw invalid('too many steps')
  return plain.map((one: unknown) => {
    const checked = checkStep(one)
    if (!checked.ok) throw invalid(checked.reason)
    return plainStep(checked.value)
  })
}

/** @throws {@link KayakError} `KAYAK_INVALID` for anything that {@link encodeSteps} doesn't make. */
export function decodeSteps(bytes: Uint8Array): readonly RosterStep[] {
  let plain: unknown
  try {
    plain = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new KayakError('KAYAK_INVALID', 'A change of the roster is no JSON.', { cause })
  }
  return checkSteps(plain)
}
