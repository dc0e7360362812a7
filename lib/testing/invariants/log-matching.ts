import type { LogEntry } from '../../../streams/rules/entry.js'
import type { Step, Verdict } from '../cluster/step.js'

/** 5. Equal index and term mean equal entries, and equal everything before; and time never goes back in a log. */
export function logMatching({ life, replica, mirror, diskOf }: Step): Verdict {
  const { log } = replica.parts
  const read = (from: number, to: number): readonly LogEntry[] => {
    const stored = from < log.cachedFrom ? (diskOf(replica.self.id)?.durable().entries ?? []) : []
    const older = stored.filter(({ index }) => index >= from && index <= to && index < log.cachedFrom)
    return [...older, ...(log.cached(Math.max(from, log.cachedFrom), to, Infinity) ?? [])]
  }
  const fault = mirror.follow(log.shape, read)
  return fault === undefined ? undefined : `the log of ${life}: ${fault}`
}
