import { crc32 } from 'node:zlib'

/*
 * A record of a segment, big-endian, at a multiple of 8 bytes:
 *
 *   crc32 u32 of the 28 bytes that follow | crc32 u32 of body and padding | length of the body u32 | at u32 | synced u32 |
 *   kind u8 | version u8 of what is in the body | 2 zero bytes | state f64 | body | zeros up to a multiple of 8
 *
 * `at` is where the record is in its file, so that a copy of it elsewhere is none. `synced` is where the write began that
 * it was part of: writes go one after another, so all before that was on disk by then, and what is damaged there was not
 * torn. `state` is the sequence of the state file at that time, which no older one may follow.
 *
 * Both checksums start from the life of the file, see segment.ts: what the file held in another life never checks.
 */
export const RECORD_HEADER_BYTES = 32
export const RECORD_ALIGNMENT = 8

export const RECORD_KINDS = { begin: 1, entries: 2, truncate: 3, compact: 4 } as const
export type RecordKind = keyof typeof RECORD_KINDS
const NAMES = new Map<number, RecordKind>([
  [RECORD_KINDS.begin, 'begin'],
  [RECORD_KINDS.entries, 'entries'],
  [RECORD_KINDS.truncate, 'truncate'],
  [RECORD_KINDS.compact, 'compact'],
])

/** What a record says of itself. */
export interface RecordHead {
  /** Undefined for one of a later version. */
  readonly kind: RecordKind | undefined
  readonly version: number
  readonly at: number
  /** Where the next one is. */
  readonly end: number
  readonly bodyBytes: number
  readonly bodyChecksum: number
  readonly synced: number
  readonly state: number
}

export const aligned = (bytes: number): number => Math.ceil(bytes / RECORD_ALIGNMENT) * RECORD_ALIGNMENT

/** Bytes of a record with a body of so many. */
export const recordBytes = (bodyBytes: number): number => RECORD_HEADER_BYTES + aligned(bodyBytes)

/** Writes the header of a record whose body is in its place, and the zeros after that. */
export function sealRecord(
  bytes: Buffer,
  offset: number,
  seed: number,
  head: Pick<RecordHead, 'version' | 'at' | 'bodyBytes' | 'synced' | 'state'> & { readonly kind: RecordKind },
): number {
  const body = offset + RECORD_HEADER_BYTES
  const end = body + aligned(head.bodyBytes)
  bytes.fill(0, body + head.bodyBytes, end)
  bytes.writeUInt32BE(crc32(bytes.subarray(body, end), seed), offset + 4)
  bytes.writeUInt32BE(head.bodyBytes, offset + 8)
  bytes.writeUInt32BE(head.at, offset + 12)
  bytes.writeUInt32BE(head.synced, offset + 16)
  bytes.writeUInt8(RECORD_KINDS[head.kind], offset + 20)
  bytes.writeUInt8(head.version, offset + 21)
  bytes.writeUInt16BE(0, offset + 22)
  bytes.writeDoubleBE(head.state, offset + 24)
  bytes.writeUInt32BE(crc32(bytes.subarray(offset + 4, body), seed), offset)
  return end
}

/** The header at an offset of some bytes, if a record of this life of the file is there that is at `at` in it. */
export function unsealHead(bytes: Buffer, offset: number, seed: number, at: number): RecordHead | undefined {
  // the quick look first, since what follows the end of a log is searched for records
  if (bytes.readUInt32BE(offset + 12) !== at) return undefined
  if (crc32(bytes.subarray(offset + 4, offset + RECORD_HEADER_BYTES), seed) !== bytes.readUInt32BE(offset))
    return undefined
  const bodyBytes = bytes.readUInt32BE(offset + 8)
  return {
    kind: NAMES.get(bytes.readUInt8(offset + 20)),
    version: bytes.readUInt8(offset + 21),
    at,
    end: at + recordBytes(bodyBytes),
    bodyBytes,
    bodyChecksum: bytes.readUInt32BE(offset + 4),
    synced: bytes.readUInt32BE(offset + 16),
    state: bytes.readDoubleBE(offset + 24),
  }
}
