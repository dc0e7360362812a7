import { of } from 'rxjs'
import { lowerLimits } from '../../../lib/testing/cluster'
import { MemoryDisk } from '../../../plugins/storage-memory'
import { Bench } from './bench'
import { batchesTo, refusal } from './leading'
import { logOf, rosterOf } from './logs'

const DISK_MS = 10

let bench: Bench
let restore: () => void
beforeEach(() => (restore = lowerLimits({ tailEntries: 0 })))
afterEach(() => {
  restore()
  bench.stop()
})

/** Leads in term 2 with six entries that are on disk only, and 7 of its own, all committed; `c` lacks those from 3 on, which are being read. */
function reading(): { readonly failures: readonly unknown[] } {
  const disk = new MemoryDisk()
  disk.log.append(logOf([1, 1, 1, 1, 1, 1], rosterOf('abc')))
  disk.termAndVote = { term: 1, vote: undefined }
  bench = new Bench({ disk }).elect().pass(1)
  bench.acknowledge('b', { term: 2, match: 7 }).pass(1)
  const failures: unknown[] = []
  bench.replica.events$.subscribe(event => event.type === 'failed' && failures.push(event.error))
  disk.latencyMs = DISK_MS
  bench.hear('c', refusal(2, 6, 2, 1)).said()
  disk.latencyMs = 0
  expect(bench.replica.applied).toBe(7)
  return { failures }
}

describe('what a leader reads for a member', () => {
  it('goes to it once it is read', () => {
    reading()
    expect(batchesTo('c', bench.pass(DISK_MS - 1).said())).toEqual([])
    expect(batchesTo('c', bench.pass(1).said())).toEqual([[3, 4, 5, 6]])
  })

  it('is a snapshot then where the log is cut meanwhile, and no failure', () => {
    const { failures } = reading()
    bench.member.compact(7, () => of([])).subscribe()
    bench.pass(1)
    expect(bench.disk.log.base.index).toBe(7)
    const said = bench.pass(DISK_MS).said()
    expect([bench.role, failures, batchesTo('c', said)]).toEqual(['leader', [], []])
    expect(said.filter(({ type }) => type === 'install-snapshot')).toMatchObject([{ to: 'c', index: 7 }])
  })

  it('ends the member where it cannot be read', () => {
    const { failures } = reading()
    bench.disk.latencyMs = DISK_MS
    bench.disk.reads = 'fail'
    bench.pass(DISK_MS)
    expect(failures).toMatchObject([{ code: 'KAYAK_STORAGE_FAILED' }])
  })
})
