import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isCount } from '../../streams/contracts/entry-codec.js'
import { corrupt } from '../folder/failures.js'
import { BLOCK_BYTES, readFields, sealBlock, unsealBlock, type BlockFormat } from './block.js'

/** Raise the format where an older version could not read the file, with a row for how a header of the one before becomes one. */
export const SEGMENT: BlockFormat = { holds: 'segment', format: 1, migrations: new Map() }

/** Where the first record of a segment is: its header has a block of its own. */
export const FIRST_RECORD = BLOCK_BYTES

const NAME = /^log-(\d{16})\.seg$/
/** A segment that is being made. */
export const UNFINISHED = 'segment.unfinished'

export const segmentName = (number: number): string => `log-${number.toString().padStart(16, '0')}.seg`

export const segmentPath = (folder: string, number: number): string => join(folder, segmentName(number))

/** The number in the name of a segment, undefined for other files. */
export function segmentNumber(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** A file of the log. */
export interface Segment {
  readonly number: number
  readonly path: string
  /** What its checksums start from. */
  readonly seed: number
  /** Bytes of the file. */
  readonly capacity: number
}

/**
 * One life of a file, which is reused under another number. A log gives each number once, and CRC-32 of equal bytes
 * differs where it starts from different values: so what an earlier life has left in a file never checks, for certain.
 */
export const lifeOf = (log: string, number: number): number => crc32(Buffer.from(log, 'hex'), number % 2 ** 32)

export const sealSegmentHeader = (log: string, number: number, bytes: number): Buffer =>
  sealBlock(SEGMENT, { log, number, bytes })

/**
 * Of how many bytes a header says that its file was made.
 *
 * @throws {@link KayakError} `KAYAK_CORRUPT` unless it is the header of that segment of that log, `KAYAK_VERSION`.
 */
export function readSegmentHeader(path: string, header: Uint8Array, log: string, number: number): number {
  const block = unsealBlock(header)
  if (block === undefined) throw corrupt(path, 'is damaged at 0')
  const fields = readFields(path, block, SEGMENT)
  if (fields['log'] !== log) throw corrupt(path, 'is of another log')
  if (fields['number'] !== number) throw corrupt(path, 'is another segment of its log')
  // the first segments ever had no such field
  const { bytes = 0 } = fields
  if (!isCount(bytes)) throw corrupt(path, 'has a header that is not valid (bytes)')
  return bytes
}

/**
 * A file is made whole, and durably, before it gets a header, and never becomes shorter.
 *
 * @throws {@link KayakError} `KAYAK_CORRUPT` for one that has fewer bytes than it was made of.
 */
export function checkWhole({ path, capacity }: Segment, made: number): void {
  if (capacity < made) throw corrupt(path, `is cut short at ${capacity}, of ${made} bytes`)
}
