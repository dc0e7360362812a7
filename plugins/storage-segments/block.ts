import { crc32 } from 'node:zlib'
import { corrupt } from '../folder/failures.js'
import { isFormat, isOlder, migrated, type Format } from '../folder/formats.js'

/*
 * A block, big-endian, the same in every format:
 *
 *   crc32 u32 of all that follows | length of the JSON u32 | JSON | zeros
 *
 * The JSON says what the block begins: that it is kayak's, what the file holds, in which format and for which group.
 */
export const BLOCK_BYTES = 4096
const HEADER_BYTES = 8
/** There is one group for now; a file names it so that more can come. */
const GROUP = 'default'

/** What a block says, without its format and group. */
export type Fields = Readonly<Record<string, unknown>>

export interface BlockFormat extends Format<Fields> {
  readonly holds: string
}

export function sealBlock({ holds, format }: BlockFormat, fields: Fields): Buffer {
  const json = Buffer.from(JSON.stringify({ kind: 'kayak', holds, format, group: GROUP, ...fields }))
  if (json.byteLength > BLOCK_BYTES - HEADER_BYTES)
    throw new RangeError(`A block of ${json.byteLength} bytes is too long`)
  const block = Buffer.alloc(BLOCK_BYTES)
  block.writeUInt32BE(json.byteLength, 4)
  json.copy(block, HEADER_BYTES)
  block.writeUInt32BE(crc32(block.subarray(4)), 0)
  return block
}

/** What a block says, of whatever format, or undefined if it isn't as it was written. */
export function unsealBlock(bytes: Uint8Array): Fields | undefined {
  if (bytes.byteLength !== BLOCK_BYTES) return undefined
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (crc32(block.subarray(4)) !== block.readUInt32BE(0)) return undefined
  const length = block.readUInt32BE(4)
  if (length < 2 || length > BLOCK_BYTES - HEADER_BYTES) return undefined
  // The checksum has vouched for an object that `sealBlock` wrote; a later format may have other fields.
  return JSON.parse(block.toString('utf8', HEADER_BYTES, HEADER_BYTES + length)) as Fields
}

/**
 * The fields of a block as this version has them.
 *
 * @throws {@link KayakError} `KAYAK_VERSION` for a later format, `KAYAK_CORRUPT` for a block of something else.
 */
export function readFields(path: string, block: Fields, expected: BlockFormat): Fields {
  const { kind, holds, format, group, ...fields } = block
  if (kind !== 'kayak' || !isFormat(format)) throw corrupt(path, 'has no header')
  isOlder(path, format, expected)
  if (holds !== expected.holds || group !== GROUP) throw corrupt(path, 'holds something else')
  return migrated(fields, format, expected)
}
