import type { CallKind } from '../../plugins/storage-memory'
import { HANGS_MS, runBundled } from '../run-bundled'
import { allCrashes, countCalls, runWith } from './enumerate'

const KINDS: readonly CallKind[] = [
  ...(['open', 'close', 'save-identity', 'save-term-and-vote', 'append', 'truncate', 'compact', 'read'] as const),
  ...(['write-snapshot', 'publish-snapshot', 'discard-snapshot', 'drop-snapshots', 'read-snapshot'] as const),
]

test('the script comes by every kind of call, by batches that can be torn, and is always the same', () => {
  const calls = countCalls()
  expect(new Set(calls.flat().map(({ kind }) => kind))).toEqual(new Set(KINDS))
  expect(calls.map(seen => seen.length > 20)).toEqual([true, true, true, true])
  expect(calls.flat().filter(({ parts }) => parts > 2).length).toBeGreaterThan(5)
  expect(countCalls()).toEqual(calls)
  // a crash before and after each, and within each write
  const reads = calls.flat().filter(({ kind }) => kind === 'open' || kind.startsWith('read'))
  expect(allCrashes(calls).length).toBeGreaterThan(3 * calls.flat().length - reads.length)
})

test(
  'a member may crash again while it comes back from a crash',
  async () => {
    expect(Number(await runBundled('test/crashes/run.ts', 'returns'))).toBeGreaterThan(50)
  },
  HANGS_MS,
)

test('a crash that does not come is noticed', () => {
  const [seen = []] = countCalls()
  const crash = { member: 0, call: seen.length + 1000, kind: 'append', when: 'after' } as const
  expect(() => runWith(crash)).toThrow('did not come where it should')
})
