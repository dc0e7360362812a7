import type { Payload } from 'kayak'
import type { Sailor } from './crew.js'
import type { Line } from './messages.js'
import { shown } from './paint.js'

const MOST_SHOWN = 5

const isSame = (one: Payload, other: Payload): boolean =>
  typeof one === 'string' || typeof other === 'string' ? one === other : Buffer.compare(one, other) === 0

/** What every machine must hold: each line of the input once, in the order in which they were acknowledged. */
export function expectedLines(lines: readonly Payload[], indexes: readonly number[]): readonly Line[] {
  return lines
    .map((payload, at): Line => ({ index: indexes[at] ?? NaN, payload }))
    .sort((one, other) => one.index - other.index)
}

async function heldBy(sailor: Sailor): Promise<readonly Line[]> {
  const held: Line[] = []
  for (;;) {
    const page = await sailor.ask('page', held.length)
    if (page.length === 0) return held
    for (const line of page) held.push(line)
  }
}

function difference(expected: Line | undefined, held: Line | undefined): string | undefined {
  if (expected === undefined) return held && `holds entry ${held.index}, which nobody appended: ${shown(held.payload)}`
  if (held === undefined) return `lacks entry ${expected.index}: ${shown(expected.payload)}`
  if (held.index === expected.index && isSame(held.payload, expected.payload)) return undefined
  const [has, should] = [held, expected].map(({ index, payload }) => `entry ${index}: ${shown(payload)}`)
  return `holds ${has}\n      where should be ${should}`
}

/** How one member's machine differs from what it must hold, line by line; empty if it doesn't. */
export async function differences(sailor: Sailor, expected: readonly Line[]): Promise<readonly string[]> {
  const held = await heldBy(sailor)
  const found: string[] = []
  for (let at = 0; at < Math.max(held.length, expected.length); at++) {
    const differs = difference(expected[at], held[at])
    if (differs !== undefined) found.push(`${sailor.name} ${differs}`)
  }
  const more = found.length - MOST_SHOWN
  return more > 0 ? [...found.slice(0, MOST_SHOWN), `${sailor.name} differs in ${more} more lines`] : found
}
