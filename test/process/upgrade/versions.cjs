/**
 * Pretended next versions, made of the sources of this one by replacing a few places:
 * `node test/process/upgrade/versions.cjs FOLDER` writes a bundle of each into a folder.
 */
const { readFileSync } = require('node:fs')
const { join, relative, sep } = require('node:path')
const { bundle } = require('../../bundled.cjs')

const ROOT = join(__dirname, '..', '..', '..')

/** Another text in a file, at a place that is there exactly so often. */
const change = (file, find, replace, times = 1) => ({ file, find, replace, times })

const speaks = (oldest, newest) =>
  change(
    'streams/contracts/protocol.ts',
    '{ oldest: 1, newest: 1 }',
    `{ oldest: ${String(oldest)}, newest: ${String(newest)} }`,
  )

/** A reply has one more field, which members of the version before refuse as anything that they don't know. */
const replies = [
  change(
    'streams/contracts/messages/append-entries.ts',
    "@Equals('append-reply') readonly type = 'append-reply'",
    "@Equals('append-reply') readonly type = 'append-reply'\n  @IsCount() readonly spare: number = 7",
  ),
  change(
    'streams/contracts/messages/versions.ts',
    'new Map<number, VersionStep>()',
    `new Map<number, VersionStep>([[2, {
      down: ({ spare: _, ...rest }) => rest,
      up: rest => (rest['type'] === 'append-reply' ? { ...rest, spare: 0 } : rest),
    }]])`,
  ),
]

/** What a leader sends is of the next version of batches once the cluster's version is raised, and no sooner. */
const batches = [
  change('streams/contracts/entry-codec.ts', 'const ENTRIES_VERSION = 1', 'const ENTRIES_VERSION = 2'),
  change(
    'streams/contracts/entry-codec.ts',
    'export function encodeEntries(entries: readonly LogEntry[]): Uint8Array {',
    `export function encodeEntries(entries: readonly LogEntry[], version = 1): Uint8Array {
      if (version === 2) globalThis.batchesOfTheNextVersion = (globalThis.batchesOfTheNextVersion ?? 0) + 1`,
  ),
  change('streams/contracts/entry-codec.ts', 'view.setUint8(0, ENTRIES_VERSION)', 'view.setUint8(0, version)'),
  change(
    'streams/contracts/entry-codec.ts',
    'view.getUint32(0) !== ENTRIES_VERSION * 2 ** 24',
    'view.getUint32(0) % 2 ** 24 !== 0',
  ),
  change('streams/roles/leader/leadership.ts', 'import { members,', 'import { clusterVersion, members,'),
  change(
    'streams/roles/leader/leadership.ts',
    'this.encodings.of(entries)',
    'this.encodings.of(entries, Math.min(2, clusterVersion(this.replica.roster.settings)))',
  ),
  change(
    'streams/roles/leader/encodings.ts',
    'of(entries: readonly LogEntry[])',
    'of(entries: readonly LogEntry[], version: number)',
  ),
  change('streams/roles/leader/encodings.ts', 'encodeEntries(entries)', 'encodeEntries(entries, version)'),
]

/** A log file calls its batches otherwise. */
const logs = [
  change(
    'plugins/storage-nedb/log-book.ts',
    "holds: 'log', format: 1, migrations: new Map()",
    `holds: 'log', format: 2, migrations: new Map([[1, (docs: readonly Doc[]) =>
      docs.map(({ batch, ...rest }) => (batch === undefined ? rest : { ...rest, packed: batch }) as Doc)]])`,
  ),
  change('plugins/storage-nedb/log-records.ts', "doc['batch']", "doc['packed']", 2),
  change('plugins/storage-nedb/log-records.ts', "type: 'entries', batch:", "type: 'entries', packed:"),
]

/** Segments and their state have a field of another name. */
const segments = [
  change(
    'plugins/storage-segments/segment.ts',
    "holds: 'segment', format: 1, migrations: new Map()",
    "holds: 'segment', format: 2, migrations: new Map([[1, ({ number, ...rest }) => ({ ...rest, place: number })]])",
  ),
  change(
    'plugins/storage-segments/segment.ts',
    'sealBlock(SEGMENT, { log, number, bytes })',
    'sealBlock(SEGMENT, { log, place: number, bytes })',
  ),
  change('plugins/storage-segments/segment.ts', "fields['number'] !== number", "fields['place'] !== number"),
  change(
    'plugins/storage-segments/state-file.ts',
    "holds: 'state', format: 1, migrations: new Map()",
    "holds: 'state', format: 2, migrations: new Map([[1, ({ sequence, ...rest }) => ({ ...rest, turn: sequence })]])",
  ),
  change(
    'plugins/storage-segments/state-fields.ts',
    '({ identity, ...state }: SavedState): Fields => ({\n  ...state,',
    '({ identity, sequence: turn, ...state }: SavedState): Fields => ({\n  ...state, turn,',
  ),
  change(
    'plugins/storage-segments/state-fields.ts',
    '{ identity, termAndVote, ...rest }: Fields',
    '{ identity, termAndVote, turn: sequence, ...others }: Fields',
  ),
  change(
    'plugins/storage-segments/state-fields.ts',
    'toRecord(LogRecord, rest, path)',
    'toRecord(LogRecord, { ...others, sequence }, path)',
  ),
]

/** By the newest that it speaks, how a version differs from this one. */
const VERSIONS = {
  2: [speaks(1, 2), ...replies, ...batches, ...logs, ...segments],
  3: [speaks(2, 3), ...replies, ...batches, ...logs, ...segments],
}

function changed(source, { file, find, replace, times }) {
  const parts = source.split(find)
  if (parts.length - 1 !== times) throw new Error(`'${find}' is ${parts.length - 1} times in ${file}, not ${times}`)
  return parts.join(replace)
}

const plugin = changes => ({
  name: 'version',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const name = relative(ROOT, path).split(sep).join('/')
      const mine = changes.filter(({ file }) => file === name)
      return { contents: mine.reduce(changed, readFileSync(path, 'utf8')), loader: 'ts' }
    }),
})

async function main([folder]) {
  for (const [version, changes] of Object.entries(VERSIONS))
    await bundle(join(__dirname, 'whole.ts'), join(folder, `version-${version}.cjs`), [plugin(changes)])
}

main(process.argv.slice(2)).catch(error => {
  console.error(error)
  process.exitCode = 1
})
