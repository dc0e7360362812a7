import { LIMITS } from '../contracts/limits.js'
import { cutPoint } from '../rules/retention.js'
import type { Replica } from './replica.js'

/**
 * Cuts the log behind the newest snapshot, and drops older ones. What followers may still want stays, within bounds: a
 * tail, and what follows a snapshot that is on its way, unless too much has come since it set out.
 */
export function cutBehind(replica: Replica): void {
  const { log, disk } = replica.parts
  const { snapshot } = replica
  if (snapshot === undefined) return
  const pins = [...replica.pins.values()].filter(pin => log.appendedBytes - pin.appendedBytes <= LIMITS.pinnedBytes)
  const tailFrom = Math.max(log.cachedFrom, snapshot.index + 1 - LIMITS.tailEntries)
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
