import assert from 'node:assert/strict'
import { TestCluster, type TestMember } from '../../lib/testing/cluster/index.js'
import { encodeRoster } from '../../streams/contracts/roster-codec.js'
import type { LogEntry } from '../../streams/rules/entry.js'
import { EMPTY_ROSTER } from '../../streams/rules/roster.js'
import { NamedMachine } from './named-machine.js'

/*
 * The matrix of Alagappan et al., 'Protocol-Aware Recovery for Consensus-Based Storage' (FAST '18): four entries that
 * have committed on three members, each copy of which is good or damaged, and everyone starts again.
 */
export const MEMBERS = 3
export const ENTRIES = 4
/** How many ways there are to damage the copies of one member: a bit for each. */
export const OF_ONE = 2 ** ENTRIES
/** And of all members. */
export const PATTERNS = OF_ONE ** MEMBERS

/** The copies of one member that are damaged, by index. */
export const damagedIn = (pattern: number): readonly number[] =>
  Array.from({ length: ENTRIES }, (_, at) => at + 1).filter(index => (pattern & (1 << (index - 1))) !== 0)

/** What one member has of a pattern of all. */
const ofMember = (pattern: number, member: number): number => Math.floor(pattern / OF_ONE ** member) % OF_ONE

/** How a member ends up: `runs`, or the code and the file of its refusal. */
export type Verdict = string

/** What became of a pattern. */
export interface Aftermath {
  readonly verdicts: readonly Verdict[]
  /** Whether the cluster went on, with all that it had. */
  readonly goesOn: boolean
}

/** Does to a member what a pattern of it says. */
export type Damaging = (member: TestMember, pattern: number) => void

export const damage: Damaging = ({ disk }, pattern) => {
  for (const index of damagedIn(pattern)) disk.damage('log', index)
}

const SESSION = '00112233445566778899'

/** A roster of all, and what they have appended. */
function history({ members, settings }: TestCluster): readonly LogEntry[] {
  const voters = members.map(({ id, address }) => ({ id, address, incarnation: 1 }))
  const roster = encodeRoster({ ...EMPTY_ROSTER, index: 1, voters, settings })
  const common = { term: 1, time: 1 }
  return Array.from({ length: ENTRIES }, (_, at) =>
    at === 0
      ? { ...common, index: 1, kind: 'roster', session: '', number: 0, payload: roster }
      : { ...common, index: at + 1, kind: 'data', session: SESSION, number: at, payload: Uint8Array.of(at) },
  )
}

function fill(member: TestMember, clusterId: string, entries: readonly LogEntry[]): void {
  const { disk, id, address } = member
  disk.identity = { memberId: id, clusterId, address, advertise: address, standing: 'member' }
  disk.termAndVote = { term: 1, vote: undefined }
  disk.log.append(entries)
}

function verdictOf({ name, end, member }: TestMember): Verdict {
  if (member !== undefined) return 'runs'
  assert.ok(typeof end === 'object', `${name} neither runs nor refuses`)
  const { code, file } = end.failed
  return `${code} ${file ?? 'naming no file'}`
}

const described = ({ index, term, kind, session, number, payload }: LogEntry): string =>
  `${index} ${term} ${kind} ${session} ${number} ${payload.join()}`

/** Nobody who leads, or has applied as far, lacks any of what had committed. */
function assertNothingIsLost({ members }: TestCluster, entries: readonly LogEntry[]): void {
  for (const { name, isLeader, replica, disk, machine } of members) {
    const serves = replica !== undefined && replica.applied >= ENTRIES
    if (!isLeader && !serves) continue
    const has = disk.durable().entries.slice(0, ENTRIES)
    assert.deepEqual(has.map(described), entries.map(described), `${name} has lost an entry`)
    assert.ok(machine instanceof NamedMachine)
    const lost = entries.filter(({ kind, number }) => kind === 'data' && !machine.has(`${SESSION} ${number}`))
    assert.ok(!serves || lost.length === 0, `${name} serves without ${lost.length} entries`)
  }
}

/** Starts all members over damaged disks, and asserts that nothing is lost in silence. */
export function afterDamage(pattern: number, damaging: Damaging = damage): Aftermath {
  const cluster = new TestCluster({ seed: 3, diskMs: 1, timeoutMs: 1000, newMachine: () => new NamedMachine() })
  const members = Array.from({ length: MEMBERS }, () => cluster.add())
  const entries = history(cluster)
  members.forEach((member, at) => {
    fill(member, cluster.clusterId, entries)
    damaging(member, ofMember(pattern, at))
    member.start()
  })
  const look = (): boolean => {
    assertNothingIsLost(cluster, entries)
    return members.every(({ member, hasFailed }) => member !== undefined || hasFailed)
  }
  cluster.until(look, 'all to run or to refuse')
  const goesOn = cluster.running.length > MEMBERS / 2
  if (goesOn) {
    cluster.until(() => look() && cluster.leaders.length > 0, 'a leader')
    cluster.commit()
    cluster.converge()
  } else {
    const append = cluster.running[0] && cluster.append(cluster.running[0])
    cluster.until(() => look() && (append === undefined || append.ending !== undefined), 'an append to be given up')
    assert.notEqual(append?.ending, 'done', 'a minority has acknowledged an append')
  }
  look()
  const verdicts = members.map(verdictOf)
  cluster.close()
  return { verdicts, goesOn }
}
