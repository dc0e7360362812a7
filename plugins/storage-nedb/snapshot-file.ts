import { Buffer } from 'node:buffer'
import { crc32 } from '../../streams/contracts/checksum.js'
import { checkRoster } from '../../streams/contracts/roster-codec.js'
import type { SnapshotMeta } from '../../streams/contracts/storage.js'
import { corrupt, laterVersion } from './failures.js'
import type { FileLayer, OpenFile } from './file-layer.js'
import { SnapshotRecord, toRecord } from './records.js'

/*
 * A snapshot file: the stream's bytes from offset 0, then
 *
 *   meta, JSON | its length u32 | its crc32 u32 | "kayaksnp"
 */
const MAGIC = 'kayaksnp'
const FOOTER_BYTES = 16
const LARGEST_META_BYTES = 256 * 1024
const CHUNK_BYTES = 256 * 1024
const FORMAT = 1
const GROUP = 'default'

export function encodeTrailer(meta: SnapshotMeta): Uint8Array {
  const json = Buffer.from(JSON.stringify({ format: FORMAT, group: GROUP, ...meta }))
  const footer = Buffer.alloc(FOOTER_BYTES)
  footer.writeUInt32BE(json.byteLength, 0)
  footer.writeUInt32BE(crc32(json), 4)
  footer.write(MAGIC, 8, 'latin1')
  return Buffer.concat([json, footer])
}

function parseMeta(path: string, json: Uint8Array): SnapshotMeta {
  // The checksum has vouched for an object that `encodeTrailer` wrote; a later format may have other fields.
  const { format, group, ...raw } = JSON.parse(Buffer.from(json).toString()) as Record<string, unknown>
  if (typeof format === 'number' && format > FORMAT) throw laterVersion(path, format)
  if (group !== GROUP) throw corrupt(path, 'is of another group')
  const { roster, ...meta } = toRecord(SnapshotRecord, raw, path)
  return { ...meta, roster: checkRoster({ version: 1, ...roster }) }
}

/** @throws {@link KayakError} `KAYAK_CORRUPT` if the file has no whole trailer. */
async function readTrailer(path: string, file: OpenFile): Promise<SnapshotMeta> {
  const size = await file.size()
  const footer = Buffer.from(await file.read(Math.max(0, size - FOOTER_BYTES), FOOTER_BYTES))
  if (footer.byteLength !== FOOTER_BYTES || footer.toString('latin1', 8) !== MAGIC) throw corrupt(path, 'has no end')
  const length = footer.readUInt32BE(0)
  const at = size - FOOTER_BYTES - length
  if (length > LARGEST_META_BYTES || at < 0) throw corrupt(path, 'has a damaged end')
  const json = await file.read(at, length)
  if (crc32(json) !== footer.readUInt32BE(4)) throw corrupt(path, 'has a damaged end')
  const meta = parseMeta(path, json)
  if (meta.bytes !== at) throw corrupt(path, 'has another length than it should')
  return meta
}

/** Reads what a snapshot file says of itself, and if `whole` checks all of its bytes. */
export async function readMeta(files: FileLayer, path: string, whole: boolean): Promise<SnapshotMeta> {
  const file = await files.open(path, 'existing')
  try {
    const meta = await readTrailer(path, file)
    let checksum = 0
    for (let at = 0; whole && at < meta.bytes; at += CHUNK_BYTES)
      checksum = crc32(await file.read(at, Math.min(CHUNK_BYTES, meta.bytes - at)), checksum)
    if (whole && checksum !== meta.checksum) throw corrupt(path, 'is damaged')
    return meta
  } finally {
    await file.close()
  }
}
