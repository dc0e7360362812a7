import type { Step, Verdict } from '../cluster/step.js'

/** 9. No member truncates at or below its commit index. */
export function committedIsImmutable({ life, before, now, mirror }: Step): Verdict {
  if (before === undefined || before.commit === 0) return undefined
  if (now.last.index < before.commit) return `${life} cuts its log to ${now.last.index}, below ${before.commit}`
  return mirror.at(now.commit) === undefined && now.snapshot < now.commit
    ? `${life} has entry ${now.commit} no more, which has committed`
    : undefined
}
