import { crash } from './processes.js'
import { die } from './dice.js'
import type { Strike } from './strike.js'

const drift: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  member?.time.drift(1 + nemesis.faults.drift * (2 * die(fault, 1) - 1))
  nemesis.later(fault.lastsMs, () => member?.time.drift(1))
}

/** How far a clock jumps at most: many election timeouts. */
const JUMP_MS = 5000

const jump: Strike = (nemesis, fault) => {
  const member = nemesis.running(die(fault, 0))
  const roll = die(fault, 2)
  if (roll < 0.5) return member?.time.jump(JUMP_MS * die(fault, 3))
  crash(nemesis, member, fault)
  member?.time.jump(JUMP_MS * (2 * die(fault, 3) - 1))
}

/** What happens to clocks. */
export const clocks = { 'clock-drift': drift, 'clock-jump': jump } satisfies Record<string, Strike>
