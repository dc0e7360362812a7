import { randomFillSync } from 'node:crypto'
import { KayakError } from '../../streams/contracts/errors.js'
import type { Storage } from '../../streams/contracts/storage.js'
import { nodeFiles } from '../folder/file-layer.js'
import { FolderStorage } from '../folder/folder-storage.js'
import { openContents } from './contents.js'
import {
  DEFAULT_SEGMENT_BYTES,
  DEFAULT_SPARE_SEGMENTS,
  LARGEST_SEGMENT_BYTES,
  SMALLEST_SEGMENT_BYTES,
  type SegmentStorageOptions,
} from './options.js'

export type { FileLayer, OpenFile, PlacedFile } from '../folder/file-layer.js'
export { nodeFiles } from '../folder/file-layer.js'
export type { SegmentStorageOptions } from './options.js'

const systemBytes = { bytes: (count: number): Uint8Array => randomFillSync(new Uint8Array(count)) }

function checkWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new KayakError('KAYAK_INVALID', `${name} must be from ${least} to ${most}.`)
}

/**
 * A log of segments in a folder: files that are made ahead and used again, to which a batch is appended in one durable
 * write, every record checked when it is opened and when it is read. In memory is a mark for each 64 KiB. Fails as the
 * contract says; `KAYAK_CORRUPT` names the damaged or missing file, and where in it.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for options out of their range.
 */
export function segmentStorage(options: SegmentStorageOptions): Storage {
  const { dataDir, files = nodeFiles, random = systemBytes } = options
  const { segmentBytes = DEFAULT_SEGMENT_BYTES, spareSegments = DEFAULT_SPARE_SEGMENTS } = options
  checkWithin('segmentBytes', segmentBytes, SMALLEST_SEGMENT_BYTES, LARGEST_SEGMENT_BYTES)
  checkWithin('spareSegments', spareSegments, 0, 1024)
  return new FolderStorage(dataDir, files, (layer, folder) =>
    openContents(layer, folder, { segmentBytes, spareSegments, random }),
  )
}
