// What a member of a test keeps of all that has committed: how much, and a digest of it in its order.
const { createHash } = require('node:crypto')

const apply = ({ count, digest, pad }, payload) => ({
  count: count + 1,
  digest: createHash('sha256').update(digest).update(payload).digest('hex'),
  pad,
})

/** A machine on a host, which compacts by itself after so many entries; after 0 only when it is asked to. */
exports.stateOf = (host, compactEntries) => {
  // only where it is wanted: a member of another version has a package of its own
  const { lastValueFrom, of, toArray } = require('rxjs')
  const { machine } = require('kayak')
  const { everyEntries, toRows } = require('kayak/streams')
  const compact = compactEntries > 0 && { compact: everyEntries(compactEntries) }
  const kept = machine(host, { initial: { count: 0, digest: '', pad: '' }, apply, ...compact })
  return {
    read: (query, level, options) => kept.read(query, level, options),
    compact: async bytes => {
      const { state, index } = kept
      const chunks = await lastValueFrom(of({ ...state, pad: 'x'.repeat(bytes) }).pipe(toRows(), toArray()))
      return (await host.log.compact(index, chunks)).index
    },
  }
}
