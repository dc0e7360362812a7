import type { Random } from '../../../streams/contracts/clock.js'
import type { Storage } from '../../../streams/contracts/storage.js'
import type { FileLayer } from '../../../plugins/folder/file-layer.js'
import type { SimulatedDisk } from './simulated-disk.js'

/** What a file has become; undefined where it is gone. */
export interface Damage {
  readonly name: string
  readonly what: string
  readonly bytes: Buffer | undefined
  /** How the next opening ends: it refuses, naming the file; or all that was acknowledged is there; or one of both. */
  readonly end: 'refused' | 'harmless' | 'either'
}

/** How a folder was left. */
export type Left = 'closed' | 'killed'

/** A kind of storage that is hunted. */
export interface Hunted {
  /** What a payload has at most. */
  readonly payloadBytes: number
  open(dataDir: string, files: FileLayer, random: Random): Storage
  /** Lets what doesn't go through the file layer work on a simulated disk; returns what ends that. */
  mount(disk: SimulatedDisk): () => void
  /**
   * Damages something of a folder, that was closed in order, or was left by a process that was killed: then what was
   * written last may be taken for torn.
   */
  drawDamage(disk: SimulatedDisk, random: Random, left: Left): Damage | undefined
}
