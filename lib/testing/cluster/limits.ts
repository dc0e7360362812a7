import { LIMITS } from '../../../streams/contracts/limits.js'

export type Limits = { -readonly [Name in keyof typeof LIMITS]: number }

/**
 * Lowers limits, so that what happens beyond them happens in a small simulation; returns what puts them back. They are
 * of the whole process: never while members run that aren't simulated.
 */
export function lowerLimits(changes: Partial<Limits>): () => void {
  // readonly for everyone else
  const limits = LIMITS as Limits
  const before = { ...limits }
  Object.assign(limits, changes)
  return () => void Object.assign(limits, before)
}
