import { LIMITS } from '../contracts/limits.js'
import { cutPoint } from '../rules/retention.js'
import type { Pin, Replica } from './replica.js'

/** What is kept for members that are sent a snapshot; who is too slow for that needs another one then. */
function heldPins({ pins, parts: { log, budgets } }: Replica): readonly Pin[] {
  return [...pins].flatMap(([id, pin]) => {
    const bytes = log.appendedBytes - pin.appendedBytes
    if (bytes <= LIMITS.pinnedBytes) return [pin]
    budgets.over('pinned', bytes, LIMITS.pinnedBytes, { member: id })
    return []
  })
}

/**
 * Cuts the log behind the newest snapshot, and drops older ones. What followers may still want stays, within bounds: a
 * tail, and what follows a snapshot that is on its way, unless too much has come since it set out.
 */
export function cutBehind(replica: Replica): void {
  const { log, disk } = replica.parts
  const { snapshot } = replica
  if (snapshot === undefined) return
  const pins = heldPins(replica)
  const tailFrom = log.tailFrom(snapshot.index)
  const most = Math.min(snapshot.index, disk.durable)
  const index = cutPoint(
    most,
    tailFrom,
    pins.map(pin => pin.index),
  )
  const term = log.termAt(index)
  if (index > log.shape.base.index && term !== undefined) log.cut({ index, term })
  disk.dropSnapshots([...replica.pins.values()].map(pin => pin.index))
}
