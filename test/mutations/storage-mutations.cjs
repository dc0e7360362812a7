/**
 * Deliberate bugs of what is on a disk, as those of mutations.cjs. `hunt` names what must notice them.
 *
 * @typedef {{ name: string, file: string, find: string, replace: string }} Mutation
 */

/** @type {readonly Mutation[]} */
const storage = [
  {
    name: 'an append is acknowledged before it is synced',
    file: 'plugins/storage-nedb/log-book.ts',
    find: 'if (synced) await this.book.sync()',
    replace: '',
  },
  {
    name: 'term and vote are acknowledged before they are synced',
    file: 'plugins/storage-nedb/book.ts',
    find: '{ upsert: true })\n      await this.file.sync()',
    replace: '{ upsert: true })',
  },
  {
    name: 'term and vote are replaced in two steps',
    file: 'plugins/storage-nedb/state-book.ts',
    find: 'await this.book.put({ _id: IDS[key], value })',
    replace:
      "if (key === 'termAndVote') await this.book.put({ _id: IDS[key], value: { ...value, vote: undefined } })\n      await this.book.put({ _id: IDS[key], value })",
  },
  {
    name: 'a sync that has failed is tried again',
    file: 'plugins/storage-nedb/book.ts',
    find: 'return this.write(() => this.file.sync())',
    replace: 'return this.write(() => this.file.sync().catch(() => this.file.sync()))',
  },
  {
    name: 'a sync that has failed is ignored',
    file: 'plugins/storage-nedb/book.ts',
    find: 'return this.write(() => this.file.sync())',
    replace: 'return this.write(() => this.file.sync().catch(() => undefined))',
  },
  {
    name: 'a storage goes on after a write that has failed',
    file: 'plugins/folder/folder-storage.ts',
    find: 'this.poison ??= error',
    replace: 'this.poison ??= undefined',
  },
  {
    name: 'a book is written behind a write that has failed',
    file: 'plugins/storage-nedb/book.ts',
    find: 'this.failure = { cause }',
    replace: 'this.failure = undefined',
  },
  {
    name: 'what is synced after a rewrite is the file that was replaced',
    file: 'plugins/storage-nedb/book.ts',
    find: "await this.file.close()\n    this.file = await this.files.open(this.path, 'existing')",
    replace: '',
  },
  {
    name: 'a torn tail is not cut before the next append',
    file: 'plugins/storage-nedb/scan.ts',
    find: 'await files.truncate(path, bytes)',
    replace: '',
  },
  {
    name: 'a last line whose end is damaged is taken for a torn one',
    file: 'plugins/storage-nedb/scan.ts',
    find: "if (!isTorn(tail)) throw corrupt(path, 'is damaged at its end')",
    replace: '',
  },
  {
    name: 'a checksum of a line is not checked',
    file: 'plugins/storage-nedb/line.ts',
    find: 'if (checksum(line.slice(9)) !== match[1]) return undefined',
    replace: '',
  },
  {
    name: 'a number of a line is not checked',
    file: 'plugins/storage-nedb/line.ts',
    find: ' || Number(match[2]) !== number',
    replace: '',
  },
  {
    name: 'a batch need not follow the last',
    file: 'plugins/storage-nedb/log-book.ts',
    find: 'this.checkFollows(entries)\n',
    replace: '\n',
  },
  {
    name: 'a truncation is acknowledged before it is synced',
    file: 'plugins/storage-nedb/log-book.ts',
    find: "await this.add([{ type: 'truncate', from }], true)",
    replace: "await this.add([{ type: 'truncate', from }], false)",
  },
  {
    name: 'a compaction is acknowledged before it is synced',
    file: 'plugins/storage-nedb/log-book.ts',
    find: "await this.add([{ type: 'compact', until }], true)",
    replace: "await this.add([{ type: 'compact', until }], false)",
  },
  {
    name: 'a truncation keeps what is in the batch that it cuts',
    file: 'plugins/storage-nedb/batches.ts',
    find: 'kept.push({ ...cut, last: from - 1 })',
    replace: 'kept.push(cut)',
  },
  {
    name: 'a rewritten log is not synced before it takes the place of the old one',
    file: 'plugins/storage-nedb/rewriting.ts',
    find: 'await copy.sync()\n    return copy',
    replace: 'return copy',
  },
  {
    name: 'a rewritten log is named before it is whole',
    file: 'plugins/storage-nedb/nedb-contents.ts',
    find: 'const next = { generation',
    replace: "await this.state.save('generation', generation + 1)\n    const next = { generation",
  },
  {
    name: 'an old log is removed before the new one is named',
    file: 'plugins/storage-nedb/nedb-contents.ts',
    find: 'await this.name(next)',
    replace:
      'await this.files.remove(logFile(this.folder, generation))\n    await this.files.syncFolder(this.folder)\n    await this.name(next)',
  },
  {
    name: 'the name of a new folder is not synced',
    file: 'plugins/folder/make-folder.ts',
    find: 'for (const path of made) await files.syncFolder(dirname(path))',
    replace: '',
  },
  {
    name: 'the name of a folder that was there is not synced',
    file: 'plugins/folder/make-folder.ts',
    find: 'if (made.length === 0) await syncName(files, folder)',
    replace: '',
  },
  {
    name: 'a lost state is taken for a new folder',
    file: 'plugins/storage-nedb/contents.ts',
    find: 'if (names.some(isData)) throw',
    replace: 'if (names.length < 0) throw',
  },
  {
    name: 'a snapshot is published before its bytes are synced',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'await this.file.append(encodeTrailer(meta))\n      await this.file.sync()',
    replace: 'await this.file.append(encodeTrailer(meta))',
  },
  {
    name: 'a snapshot is published before its name is synced',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'await this.files.syncFolder(this.folder)\n    await this.published(meta.index)',
    replace: 'await this.published(meta.index)',
  },
  {
    name: 'a snapshot is recorded before it is there',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'const meta = await writer.finish()',
    replace: 'const meta = await writer.finish()\n    await this.published(meta.index)',
  },
  {
    name: 'an older snapshot replaces a newer one',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'if (index <= newest) throw',
    replace: 'if (index < 0) throw',
  },
  {
    name: 'a checksum of a snapshot is not checked',
    file: 'plugins/folder/snapshot-file.ts',
    find: 'if (whole && checksum !== meta.checksum) throw',
    replace: 'if (checksum < 0) throw',
  },
  {
    name: 'a lost snapshot is not missed',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'if (newest < known) throw',
    replace: 'if (newest < 0) throw',
  },
  {
    name: 'a snapshot that was not recorded yet is not missed',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'if (newest > known) await this.published(newest)',
    replace: '',
  },
  {
    name: 'the newest snapshot is dropped with the others',
    file: 'plugins/folder/snapshot-store.ts',
    find: 'this.metas.slice(0, -1).filter',
    replace: 'this.metas.filter',
  },
]

/** @type {readonly Mutation[]} */
const crashes = [
  {
    name: 'a log that a snapshot has replaced is not cut when its member opens',
    file: 'streams/replica/open.ts',
    find: 'if (!discard || snapshot === undefined) return []',
    replace: 'if (discard || snapshot === undefined) return []',
  },
  {
    name: 'what a crash has left of a founding is founded again',
    file: 'lib/host/found.ts',
    find: 'const steps = opened.last.index === 0 ?',
    replace: 'const steps = opened.last.index >= 0 ?',
  },
  {
    name: 'a record of terms is not written before the entries of its term',
    file: 'streams/replica/disk.ts',
    find: 'if (vote !== undefined) steps.push(this.storage.saveTermAndVote(vote))\n',
    replace: 'if (vote !== undefined && entries.length === 0) steps.push(this.storage.saveTermAndVote(vote))\n',
  },
]

const by = (hunt, mutations) => mutations.map(mutation => ({ ...mutation, hunt }))

module.exports = [...by('storage', storage), ...by('crashes', crashes)]
