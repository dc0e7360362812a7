import type { DiskStep, Verdict } from '../cluster/step.js'

/**
 * 14. At any moment, lose all power: what committed was durable on a quorum then, and no disk that has held it ever
 * holds less, so every acknowledged append is there.
 */
export function durability({ name, before, now }: DiskStep): Verdict {
  if (now.committed >= before.committed) return undefined
  return `${name}'s disk held what had committed up to ${before.committed}, and only up to ${now.committed} now`
}

/** 10, 16. What is on a disk can be opened: its log follows its newest snapshot, or begins at the beginning. */
export function wholeDisk({ name, now }: DiskStep): Verdict {
  return now.base <= now.snapshot
    ? undefined
    : `${name}'s log begins behind ${now.base}, its snapshot ends at ${now.snapshot}`
}
