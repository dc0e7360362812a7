import fc from 'fast-check'
import type { Position } from '../../streams/rules/entry'
import { extended, emptyShape, type LogShape } from '../../streams/rules/log-shape'

/** A log by hand: the term of each entry from index 1 on. */
export type Terms = readonly number[]

export const termOf = (log: Terms, index: number): number | undefined => (index === 0 ? 0 : log[index - 1])
export const at = (log: Terms, index: number): Position => ({ index, term: termOf(log, index) ?? 0 })
export const positions = (log: Terms, from: number, to: number): Position[] =>
  log.slice(from - 1, to).map((term, offset) => ({ index: from + offset, term }))

/** The shape of a log whose first `base` entries are compacted. */
export const shapeOf = (log: Terms, base = 0): LogShape =>
  extended(emptyShape(at(log, base)), positions(log, base + 1, log.length))

/** How many entries two logs begin with in common. */
export function agreement(one: Terms, other: Terms): number {
  let length = 0
  while (length < one.length && length < other.length && one[length] === other[length]) length++
  return length
}

interface Step {
  readonly leader: number
  readonly appends: number
  readonly reach: readonly number[]
}

/** One term: a leader, which may be any member, appends, and each other member gets some prefix of its log. */
function play(logs: readonly Terms[], { leader, appends, reach }: Step, term: number): readonly Terms[] {
  const own = [...(logs[leader] ?? []), ...Array<number>(appends).fill(term)]
  return logs.map((log, id) => {
    if (id === leader) return own
    const sent = own.slice(0, reach[id] ?? 0)
    return agreement(log, sent) === Math.min(log.length, sent.length) ? (log.length > sent.length ? log : sent) : sent
  })
}

const step: fc.Arbitrary<Step> = fc.record({
  leader: fc.nat({ max: 2 }),
  appends: fc.nat({ max: 4 }),
  reach: fc.array(fc.nat({ max: 20 }), { minLength: 3, maxLength: 3 }),
})

/** Three logs as terms with leaders at random leave them: longer, shorter, conflicting, but matching (section 3.5). */
export const matchingLogs: fc.Arbitrary<readonly Terms[]> = fc
  .array(step, { minLength: 1, maxLength: 10 })
  .map(steps => steps.reduce<readonly Terms[]>((logs, one, at) => play(logs, one, at + 1), [[], [], []]))

/** Terms of a log that don't fall. */
export const terms: fc.Arbitrary<Terms> = fc.array(fc.nat({ max: 2 }), { maxLength: 15 }).map(rises =>
  rises.map(
    (
      (sum = 1) =>
      rise =>
        (sum += rise)
    )(),
  ),
)
