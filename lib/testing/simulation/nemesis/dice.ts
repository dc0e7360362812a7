import type { PlannedFault } from '../plan.js'

/** One of the chances that a fault was given. */
export const die = ({ dice }: PlannedFault, at: number): number => dice[at] ?? 0

export const pick = <T>(list: readonly T[], roll: number): T | undefined => list[Math.floor(roll * list.length)]

/** The list in an order that a roll decides. */
export function shuffled<T>(list: readonly T[], roll: number): readonly T[] {
  const rest = [...list]
  let chance = roll
  return list.flatMap(() => {
    chance = (chance * 9301 + 0.49297) % 1
    return rest.splice(Math.floor(chance * rest.length), 1)
  })
}
