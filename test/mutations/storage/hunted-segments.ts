import { segmentStorage } from '../../../plugins/storage-segments/index.js'
import { drawDamage } from './damage-segments.js'
import type { Hunted } from './hunted.js'

/** The storage of segments, whose files are small, so that they are made, left and used again all the time. */
export const huntedSegments: Hunted = {
  payloadBytes: 600,
  open: (dataDir, files, random) => {
    const spareSegments = [0, 1, 3][Math.floor(random.next() * 3)] ?? 1
    return segmentStorage({ dataDir, files, random, segmentBytes: 8192, spareSegments })
  },
  mount: () => () => undefined,
  drawDamage,
}
