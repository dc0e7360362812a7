import assert from 'node:assert/strict'
import type { Identity } from '../../../streams/contracts/storage.js'
import { done, entries, first, refused, type StorageTest } from './environment.js'

const identity: Identity = {
  memberId: '0123456789abcdef0123456789abcdef',
  clusterId: undefined,
  address: 'localhost:10240',
  advertise: 'member-1.example:10240',
  standing: 'founding',
}

const ORIGIN = { index: 0, term: 0 }

/** Opening, identity, term and vote, the lock. */
export const recordTests: readonly StorageTest[] = [
  [
    'opens empty in a new place, and again',
    async bench => {
      const empty = { identity: undefined, snapshot: undefined, base: ORIGIN, last: ORIGIN, runs: [], rosters: [] }
      for (const opened of [bench.opened, await bench.reopen(), await bench.crashAndReopen()]) {
        const { bytes, ...rest } = opened
        assert.deepEqual(rest, { ...empty, termAndVote: { term: 0, vote: undefined } })
        assert.ok(bytes >= 0)
      }
    },
  ],
  [
    'keeps the identity and its changes',
    async bench => {
      await done(bench.storage.saveIdentity(identity))
      assert.deepEqual((await bench.crashAndReopen()).identity, identity)
      const later: Identity = { ...identity, clusterId: 'fe'.repeat(16), standing: 'member' }
      await done(bench.storage.saveIdentity(later))
      assert.deepEqual((await bench.reopen()).identity, later)
    },
  ],
  [
    'keeps addresses with any characters',
    async bench => {
      const address = 'a\u0085b\u2028c\u2029d\n\r"\\\u{1f680}\u00e9:1'
      await done(bench.storage.saveIdentity({ ...identity, address }))
      await bench.append(entries(1, 3))
      assert.equal((await bench.reopen()).identity?.address, address)
      assert.equal((await bench.reopen()).identity?.address, address)
    },
  ],
  [
    'keeps the last term and vote of many',
    async bench => {
      for (let term = 1; term <= 40; term++)
        await done(bench.storage.saveTermAndVote({ term, vote: term % 2 === 0 ? undefined : identity.memberId }))
      assert.deepEqual((await bench.crashAndReopen()).termAndVote, { term: 40, vote: undefined })
      await done(bench.storage.saveTermAndVote({ term: Number.MAX_SAFE_INTEGER, vote: identity.memberId }))
      const { termAndVote } = await bench.reopen()
      assert.deepEqual(termAndVote, { term: Number.MAX_SAFE_INTEGER, vote: identity.memberId })
    },
  ],
  [
    'is locked while it is open, and only then',
    async bench => {
      const other = bench.environment.open()
      await refused(other.open(), 'KAYAK_LOCKED')
      await refused(other.open(), 'KAYAK_LOCKED')
      await bench.append(entries(1, 2))
      await done(bench.storage.close())
      assert.equal((await first(other.open())).last.index, 2)
      await refused(bench.storage.open(), 'KAYAK_LOCKED')
      await done(other.close())
      await bench.reopen()
    },
  ],
  [
    'closes more than once, and does nothing after',
    async bench => {
      await done(bench.storage.close())
      await done(bench.storage.close())
      await refused(bench.storage.append(entries(1, 1)))
      await refused(bench.storage.read(1, 1, 1))
      await done(bench.environment.open().close())
    },
  ],
  [
    'does its work once it is subscribed, and unsubscribing cancels no write',
    async bench => {
      bench.storage.append(entries(1, 9))
      const append = bench.storage.append(entries(1, 2)).subscribe()
      append.unsubscribe()
      assert.equal((await bench.reopen()).last.index <= 2, true)
      if (bench.opened.last.index === 0) return
      await bench.holds(entries(1, 2))
    },
  ],
]
