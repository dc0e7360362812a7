/**
 * Deliberate bugs of the storage of segments, as those of mutations.cjs.
 *
 * @typedef {{ name: string, file: string, find: string, replace: string }} Mutation
 */
const ROOM = 'plugins/storage-segments'

/** @type {readonly Mutation[]} */
const segments = [
  {
    name: 'checksums of a segment start from the same value in each of its lives',
    file: `${ROOM}/segment.ts`,
    find: "crc32(Buffer.from(log, 'hex'), number % 2 ** 32)",
    replace: "crc32(Buffer.from(log, 'hex'), 0 * number)",
  },
  {
    name: 'a write to a segment is acknowledged before it is durable',
    file: `${ROOM}/segment-log.ts`,
    find: 'await file.write(written, at)',
    replace: 'void file.write(Uint8Array.from(written), at).catch(() => undefined)',
  },
  {
    name: 'a state is acknowledged before it is durable',
    file: `${ROOM}/state-file.ts`,
    find: 'await this.file.write(bytes, generation * GENERATION_BYTES)',
    replace: 'void this.file.write(bytes, generation * GENERATION_BYTES).catch(() => undefined)',
  },
  {
    name: 'a state is written over the newest one',
    file: `${ROOM}/state-file.ts`,
    find: 'const generation = 1 - this.generation',
    replace: 'const generation = this.generation',
  },
  {
    name: 'a generation of the state has a block only',
    file: `${ROOM}/state-file.ts`,
    find: 'return Buffer.concat([block, block])',
    replace: 'return Buffer.concat([block, Buffer.alloc(BLOCK_BYTES)])',
  },
  {
    name: 'a state is there before it is whole',
    file: `${ROOM}/state-file.ts`,
    find: 'await made.sync()',
    replace: '',
  },
  {
    name: 'a state that was not durable is believed when it is read',
    file: `${ROOM}/contents.ts`,
    find: 'await state.save({})',
    replace: '',
  },
  {
    name: 'what a torn write has left is not taken away',
    file: `${ROOM}/open-log.ts`,
    find: 'for (const { at } of behind) await file.write(Buffer.alloc(RECORD_HEADER_BYTES), at)',
    replace: 'await file.read(behind.length, 1)',
  },
  {
    name: 'what a first torn write has left in a segment is not taken away',
    file: `${ROOM}/open-log.ts`,
    find: 'if (next !== undefined) await trim(files, next)',
    replace: '',
  },
  {
    name: 'what was taken away of a torn write need not be on disk',
    file: `${ROOM}/open-log.ts`,
    find: 'await synced.sync()',
    replace: '',
  },
  {
    name: 'a last write that need not be durable is believed when it is read',
    file: `${ROOM}/open-log.ts`,
    find: 'if (!isMarked) await writeAgain(file, last.lastWrite, last.end)',
    replace: 'if (isMarked) await writeAgain(file, last.end, last.end)',
  },
  {
    name: 'damage before a later write is taken for a torn end',
    file: `${ROOM}/replay.ts`,
    find: 'if (behind.some(({ synced }) => synced > end)) throw',
    replace: 'if (behind.length > 1e9) throw',
  },
  {
    name: 'damage before what the state knows to be on disk is taken for a torn end',
    file: `${ROOM}/open-log.ts`,
    find: 'mark.segment === number && mark.at > last.end',
    replace: 'mark.segment === number && mark.at < 0',
  },
  {
    name: 'a damaged begin of the last segment is taken for a torn one',
    file: `${ROOM}/open-log.ts`,
    find: 'if (mark.segment > number) {',
    replace: 'if (mark.segment < 0 * number) {',
  },
  {
    name: 'damage at the end of a segment that others follow is not noticed',
    file: `${ROOM}/replay.ts`,
    find: 'if (end !== found.previousEnd) throw',
    replace: 'if (end < 0) throw',
  },
  {
    name: 'a state that is older than the log is believed',
    file: `${ROOM}/open-log.ts`,
    find: 'known > sequence',
    replace: 'known < 0 * sequence',
  },
  {
    name: 'the body of a record is not checked',
    file: `${ROOM}/record-reader.ts`,
    find: 'if (crc32(padded, this.seed) !== head.bodyChecksum) return undefined',
    replace: 'if (crc32(padded, this.seed) === -1) return undefined',
  },
  {
    name: 'the header of a record is not checked',
    file: `${ROOM}/record.ts`,
    find: 'if (crc32(bytes.subarray(offset + 4, offset + RECORD_HEADER_BYTES), seed) !== bytes.readUInt32BE(offset))',
    replace: 'if (bytes.readUInt8(offset + 20) === 0)',
  },
  {
    name: 'a segment that must be there is not missed',
    file: `${ROOM}/open-log.ts`,
    find: "if (!names.includes(segmentName(number))) throw corrupt(segmentPath(folder, number), 'is missing')",
    replace:
      'if (!names.includes(segmentName(number))) return { state: new LogState(), used: [], next: undefined, spare: [] }',
  },
  {
    name: 'the name of a segment is not synced before it is used',
    file: `${ROOM}/spares.ts`,
    find: 'await this.files.syncFolder(this.folder)',
    replace: '',
  },
  {
    name: 'a segment is used before the state knows of it',
    file: `${ROOM}/spares.ts`,
    find: 'await this.state.save({ lastSegment: lastSegment + paths.length })',
    replace: 'void this.state.save({ lastSegment: lastSegment + paths.length }).catch(() => undefined)',
  },
  {
    name: 'a segment is used again before its new header is durable',
    file: `${ROOM}/spares.ts`,
    find: 'await this.writeHeader(path, sealSegmentHeader(log, number, this.options.segmentBytes))',
    replace:
      'void this.writeHeader(path, sealSegmentHeader(log, number, this.options.segmentBytes)).catch(() => undefined)',
  },
  {
    name: 'a segment that is cut short is read as far as it goes',
    file: `${ROOM}/segment.ts`,
    find: 'if (capacity < made) throw',
    replace: 'if (capacity < 0) throw',
  },
  {
    name: 'segments are dropped before the state says that they may be missing',
    file: `${ROOM}/spares.ts`,
    find: 'await this.state.save({ firstSegment: first })\n',
    replace:
      'for (const { path } of dropped) await this.files.remove(path)\n      await this.state.save({ firstSegment: first })\n      if (first > 0) return\n',
  },
  {
    name: 'a segment is dropped that still holds entries',
    file: `${ROOM}/segment-log.ts`,
    find: 'const first = this.state.stretches.firstSegment ?? this.mark.segment',
    replace: 'const first = this.mark.segment',
  },
  {
    name: 'a segment is used again while it is read',
    file: `${ROOM}/spares.ts`,
    find: 'await reads()\n',
    replace: '\n',
  },
  {
    name: 'what fails in the background is not told',
    file: `${ROOM}/spares.ts`,
    find: 'this.failure = { cause }',
    replace: 'void cause',
  },
  {
    name: 'what was truncated is read again',
    file: `${ROOM}/stretches.ts`,
    find: '.map(stretch => (stretch.last < from ? stretch : { ...stretch, last: from - 1 }))\n    this.isCut = true',
    replace: '.map(stretch => (stretch.last < from ? stretch : { ...stretch, last: from - 1 }))',
  },
  {
    name: 'a batch in segments need not follow the last',
    file: `${ROOM}/segment-log.ts`,
    find: 'this.checkFollows(entries)\n',
    replace: '\n',
  },
  {
    name: 'a lost state of segments is taken for a new folder',
    file: `${ROOM}/contents.ts`,
    find: 'if (names.some(isData)) throw',
    replace: 'if (names.length < 0) throw',
  },
]

module.exports = segments.map(mutation => ({ ...mutation, hunt: 'segments' }))
