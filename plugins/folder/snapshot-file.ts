import { Buffer } from 'node:buffer'
import { crc32 } from '../../streams/contracts/checksum.js'
import { checkRoster } from '../../streams/contracts/roster-codec.js'
import type { SnapshotMeta } from '../../streams/contracts/storage.js'
import type { Roster } from '../../streams/rules/roster.js'
import { corrupt, unreadable } from './failures.js'
import type { FileLayer, OpenFile } from './file-layer.js'
import { isFormat, isOlder, migrated, type Format } from './formats.js'
import { SnapshotRecord, toRecord } from './records.js'

/*
 * A snapshot file: the stream's bytes from offset 0, then
 *
 *   meta, JSON | its length u32 | its crc32 u32 | "kayaksnp"
 */
/** What stands at the end of a snapshot file, without its format and group. */
export type SnapshotFields = Readonly<Record<string, unknown>>

const MAGIC = 'kayaksnp'
const FOOTER_BYTES = 16
const LARGEST_META_BYTES = 256 * 1024
const CHUNK_BYTES = 256 * 1024
/**
 * What a snapshot says of itself in this version. Files that are published are never written again: one of an older
 * format is migrated whenever it is read. The end of a file, from the checksum on, is the same in every format.
 */
export const SNAPSHOTS: Format<SnapshotFields> = { format: 1, migrations: new Map() }
const GROUP = 'default'

export function encodeTrailer(meta: SnapshotMeta): Uint8Array {
  const json = Buffer.from(JSON.stringify({ format: SNAPSHOTS.format, group: GROUP, ...meta }))
  const footer = Buffer.alloc(FOOTER_BYTES)
  footer.writeUInt32BE(json.byteLength, 0)
  footer.writeUInt32BE(crc32(json), 4)
  footer.write(MAGIC, 8, 'latin1')
  return Buffer.concat([json, footer])
}

function rosterOf(path: string, roster: object): Roster {
  try {
    return checkRoster({ version: 1, ...roster })
  } catch (cause) {
    throw unreadable(path, 'roster', cause)
  }
}

function parseMeta(path: string, json: Uint8Array, formats: Format<SnapshotFields>): SnapshotMeta {
  // The checksum has vouched for an object that `encodeTrailer` wrote; a later format may have other fields.
  const { format, group, ...raw } = JSON.parse(Buffer.from(json).toString()) as Record<string, unknown>
  if (!isFormat(format)) throw corrupt(path, 'has no format')
  isOlder(path, format, formats)
  if (group !== GROUP) throw corrupt(path, 'is of another group')
  const { roster, ...meta } = toRecord(SnapshotRecord, migrated(raw, format, formats), path)
  return { ...meta, roster: rosterOf(path, roster) }
}

/** @throws {@link KayakError} `KAYAK_CORRUPT` if the file has no whole trailer, `KAYAK_VERSION` if it is of another format. */
async function readTrailer(path: string, file: OpenFile, formats: Format<SnapshotFields>): Promise<SnapshotMeta> {
  const size = await file.size()
  const footer = Buffer.from(await file.read(Math.max(0, size - FOOTER_BYTES), FOOTER_BYTES))
  if (footer.byteLength !== FOOTER_BYTES || footer.toString('latin1', 8) !== MAGIC) throw corrupt(path, 'has no end')
  const length = footer.readUInt32BE(0)
  const at = size - FOOTER_BYTES - length
  if (length > LARGEST_META_BYTES || at < 0) throw corrupt(path, 'has a damaged end')
  const json = await file.read(at, length)
  if (crc32(json) !== footer.readUInt32BE(4)) throw corrupt(path, 'has a damaged end')
  const meta = parseMeta(path, json, formats)
  if (meta.bytes !== at) throw corrupt(path, 'has another length than it should')
  return meta
}

/** Reads what a snapshot file says of itself, and if `whole` checks all of its bytes. */
export async function readMeta(
  files: FileLayer,
  path: string,
  whole: boolean,
  formats = SNAPSHOTS,
): Promise<SnapshotMeta> {
  const file = await files.open(path, 'existing')
  try {
    const meta = await readTrailer(path, file, formats)
    let checksum = 0
    for (let at = 0; whole && at < meta.bytes; at += CHUNK_BYTES)
      checksum = crc32(await file.read(at, Math.min(CHUNK_BYTES, meta.bytes - at)), checksum)
    if (whole && checksum !== meta.checksum) throw corrupt(path, 'is damaged')
    return meta
  } finally {
    await file.close()
  }
}
