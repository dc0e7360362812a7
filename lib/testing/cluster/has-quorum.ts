import type { Roster } from '../../../streams/rules/roster.js'

/**
 * Whether those who agree are more than half of the voters, and of the outgoing ones where there are any. Written apart
 * from the rule that members go by: what shares the rule would be wrong wherever that is.
 */
export function hasQuorum({ voters, outgoing }: Roster, agrees: (id: string) => boolean): boolean {
  const halves = outgoing.length === 0 ? [voters] : [voters, outgoing]
  return halves.every(half => 2 * half.filter(({ id }) => agrees(id)).length > half.length)
}
