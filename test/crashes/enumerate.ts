import assert from 'node:assert/strict'
import { lowerLimits, type TestMember } from '../../lib/testing/cluster/index.js'
import type { CallKind, CrashPoint, Moment, StorageCall } from '../../plugins/storage-memory/index.js'
import { Workload } from './workload.js'

/** A crash to be tried: of which member, at which of its calls, and at which moment of it. */
export interface Crash extends CrashPoint {
  /** The member's place in the cluster. */
  readonly member: number
  readonly kind: CallKind
  /** It crashes once more, so many calls later: while it comes back. */
  readonly again?: CrashPoint
}

/** How long a member is down. */
const DOWN_MS = 30

/** Bounds so low that a short script gets to snapshots of some chunks, and to logs that are cut at once. */
const LOW = {
  ...{ tailEntries: 0, tailBytes: 400, batchBytes: 400, readBytes: 300 },
  ...{ snapshotChunkBytes: 200, sessionWindow: 8, pipelineMessages: 4 },
}

function withLowLimits<T>(work: () => T): T {
  const restore = lowerLimits(LOW)
  try {
    return work()
  } finally {
    restore()
  }
}

/** Every storage call of every member in a run without a crash. */
export const countCalls = (): readonly (readonly StorageCall[])[] =>
  withLowLimits(() => {
    const workload = new Workload()
    const calls = workload.cluster.members.map(({ disk }) => {
      const seen: StorageCall[] = []
      disk.calls.begun$.subscribe(call => seen.push(call))
      return seen
    })
    workload.run()
    const counted = calls.map(seen => [...seen])
    workload.recover()
    return counted
  })

/** Calls that leave nothing on the disk, so that there is nothing to tear, and they end as if they had just begun. */
const WITHOUT_EFFECT: ReadonlySet<CallKind> = new Set(['open', 'read', 'read-snapshot'])

/** The moments of a call: a batch is torn after each of its entries but the last, what is atomic before it is done. */
function moments({ kind, parts }: StorageCall): readonly Moment[] {
  if (WITHOUT_EFFECT.has(kind)) return ['before', 'after']
  const torn = Array.from({ length: parts }, (_, kept) => ({ torn: kept === 0 ? 0 : (kept + 0.5) / parts }))
  return ['before', ...torn, 'after']
}

/** Every crash that there is. */
export const allCrashes = (calls: readonly (readonly StorageCall[])[]): readonly Crash[] =>
  calls.flatMap((seen, member) =>
    seen.flatMap(call => moments(call).map(when => ({ member, call: call.number, kind: call.kind, when }))),
  )

/** How many calls of a member that comes back a second crash is tried at: what it mends and reads, and the first writes. */
const CALLS_OF_RETURN = 5

/** Every crash that leaves more to mend than others, with a second one at each call of the return from it. */
export const allCrashesTwice = (calls: readonly (readonly StorageCall[])[]): readonly Crash[] =>
  allCrashes(calls)
    .filter(({ kind, when }) => when === 'after' && (kind === 'publish-snapshot' || kind === 'truncate'))
    .flatMap(crash =>
      Array.from({ length: CALLS_OF_RETURN }, (_, at) => at + 1).flatMap(call =>
        (['before', 'after'] as const).map(when => ({ ...crash, again: { call, when } })),
      ),
    )

/** Runs the script with a crash in it, and asserts everything that must be so. */
export const runWith = (crash: Crash): void =>
  withLowLimits(() => {
    const workload = new Workload()
    const member = workload.cluster.members[crash.member]
    assert.ok(member)
    const seen = arm(workload, member, crash)
    try {
      workload.run()
      workload.recover()
      const expected = { kind: crash.kind, crashes: crash.again === undefined ? 1 : 2 }
      assert.deepEqual({ ...seen }, expected, 'the crash did not come where it should')
    } catch (error) {
      throw new Error(`${member.name} crashes at ${JSON.stringify(crash)}: ${String(error)}`, { cause: error })
    }
  })

/** Arms a crash, from which the member comes back soon. What it gives tells how often it came, and at what call. */
function arm({ cluster }: Workload, member: TestMember, { call: at, when, again }: Crash): object {
  const { disk } = member
  const seen = { kind: '', crashes: 0 }
  disk.calls.begun$.subscribe(({ number, kind }) => {
    if (number === at) seen.kind = kind
  })
  const crash = (): void => {
    seen.crashes++
    member.crash('lost')
    cluster.clock.schedule(() => {
      if (member.end !== undefined && member.end !== 'removed') member.start()
    }, DOWN_MS)
  }
  disk.crashAt({ call: at, when }, () => {
    crash()
    if (again !== undefined) disk.crashAt({ call: disk.calls.count + again.call, when: again.when }, crash)
  })
  return seen
}
