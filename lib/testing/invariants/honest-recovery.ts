import { isKayakError, type KayakError } from '../../../streams/contracts/errors.js'
import type { Step, Verdict } from '../cluster/step.js'

/**
 * 16. A member never goes on with less than it had committed: what it finds when it opens reaches as far as all that
 * its disk held, and where a record of that is damaged, it doesn't go on at all.
 *
 * Waits for recovery from peers: until others can give back what is damaged, to refuse is all that is right.
 */
export function honestRecovery({ life, before, now, replica, diskOf }: Step): Verdict {
  if (before !== undefined) return undefined
  const disk = diskOf(replica.self.id)
  if (disk === undefined) return undefined
  const { last, snapshots } = disk.durable()
  const reaches = Math.max(last.index, snapshots.at(-1)?.meta.index ?? 0)
  if (now.last.index < reaches) return `${life} begins with ${now.last.index} entries, and its disk holds ${reaches}`
  return disk.isReadable ? undefined : `${life} runs on a damaged disk`
}

/** 15, 16. A member fails of what its disk did, never of its own doing; and finds damage where there is some. */
export function honestFailure(life: string, error: KayakError, isDamaged: boolean): Verdict {
  const isHonest = error.code === 'KAYAK_STORAGE_FAILED' || (error.code === 'KAYAK_CORRUPT' && isDamaged)
  return isHonest ? undefined : `${life} fails: ${error.stack ?? String(error)}`
}

/** 16. Two processes never run on one folder: the second is refused, by an error that says so. */
export function refusesSecondProcess(name: string, error: unknown): Verdict {
  if (isKayakError(error) && error.code === 'KAYAK_LOCKED') return undefined
  return `a second process on the disk of ${name} is told: ${String(error)}`
}
