import assert from 'node:assert/strict'
import { throwError } from 'rxjs'
import { TestCluster, type Operation, type TestMember } from '../../lib/testing/cluster/index.js'
import { NamedMachine } from './named-machine.js'

const WAIT_MS = 10_000

/**
 * A script that comes by everything that a member writes: votes, appends, conflicts, snapshots of its own and of a
 * leader, changes of the roster, restarts. Each step goes on until it has done what it should, so that the script ends
 * as it should also if somebody crashes in its midst and comes back.
 */
export class Workload {
  readonly cluster = new TestCluster({ seed: 7, diskMs: 2, timeoutMs: 2000, newMachine: () => new NamedMachine() })
  /** Appends that were acknowledged, by name. */
  readonly acknowledged: string[] = []
  private readonly first: TestMember
  private readonly second: TestMember
  private readonly third: TestMember
  private readonly late: TestMember

  constructor() {
    const { cluster } = this
    this.first = cluster.add()
    this.second = cluster.add()
    this.third = cluster.add()
    this.late = cluster.add()
    for (const member of cluster.members) member.snapshotBytes = 450
  }

  run(): void {
    this.grow()
    this.elect()
    this.conflict()
    this.snapshots()
    this.replace()
    this.swap()
    this.restart()
  }

  /** Ends as good as new, with all that was acknowledged on everyone who belongs to the cluster. */
  recover(): void {
    const { cluster } = this
    cluster.network.heal()
    this.commit()
    const members = cluster.members.filter(({ end }) => end !== 'removed')
    cluster.until(() => cluster.isConverged(members), 'all to be equal', WAIT_MS)
    for (const { name, machine } of members) {
      assert.ok(machine instanceof NamedMachine)
      const lost = this.acknowledged.filter(append => !machine.has(append))
      assert.deepEqual(lost, [], `${name} lacks what was acknowledged`)
    }
    assert.deepEqual(cluster.open(), [])
    cluster.close()
  }

  private grow(): void {
    const { cluster, first } = this
    first.found(cluster.clusterId, cluster.settings)
    cluster.until(() => first.isLeader, 'the founder to lead', WAIT_MS)
    for (const joiner of [this.second, this.third]) this.join(joiner)
    this.commit(2)
  }

  private elect(): void {
    const { cluster } = this
    const { leader, term } = cluster
    leader.member?.handOver()
    cluster.until(() => cluster.running.some(() => cluster.term > term), 'an election', WAIT_MS)
    this.commit()
  }

  /** Whoever leads is cut off with appends that nobody else has, and gives them up for those of another. */
  private conflict(): void {
    const { cluster } = this
    const old = this.leader()
    cluster.network.isolate(old.address)
    for (let at = 0; at < 3; at++) this.append(old)
    cluster.until(() => cluster.leaders.some(leader => leader !== old), 'another leader', WAIT_MS)
    this.commit(3)
    cluster.network.heal()
    this.converge()
  }

  /** Everybody makes snapshots, one of which reaches a follower that was away. One is given up. */
  private snapshots(): void {
    const { cluster } = this
    const leader = this.leader()
    const away = [this.second, this.third].find(member => member !== leader) ?? this.second
    cluster.network.isolate(away.address)
    for (let round = 0; round < 2; round++) {
      this.commit(3)
      for (const member of cluster.members) if (member !== away) this.compact(member)
    }
    this.commit(2)
    this.giveUpSnapshot()
    cluster.network.heal()
    this.converge()
    this.commit(2)
    this.compact(away)
  }

  /** One is removed, and another comes in its place. */
  private replace(): void {
    const { cluster, third, late } = this
    const ask = (): Operation => cluster.callers.change(this.leader(), { type: 'remove', id: third.id })
    this.change(ask, 'it to be removed', () => this.votes(third) === false)
    cluster.until(() => third.end === 'removed', 'it to know', WAIT_MS)
    this.join(late)
    this.commit()
  }

  /** Two voters become learners at once, and voters again: joint rosters. */
  private swap(): void {
    const leader = this.leader()
    const two = [this.first, this.second, this.late].filter(member => member !== leader).slice(0, 2)
    for (const type of ['demote', 'promote'] as const) {
      const steps = two.map(({ id }) => ({ type, id }))
      const ask = (): Operation => this.cluster.callers.reconfigure(this.leader(), { steps })
      this.change(ask, `two to be ${type}d`, () => two.every(member => this.votes(member) === (type === 'promote')))
      this.commit()
    }
  }

  private restart(): void {
    const { cluster } = this
    const members = cluster.members.filter(({ end }) => end !== 'removed')
    for (const member of members) member.stop()
    cluster.run(50)
    for (const member of members) if (member.end !== undefined) member.start()
    this.commit(2)
  }

  private join(joiner: TestMember): void {
    const { cluster } = this
    const { id, address } = joiner
    joiner.enter(cluster.clusterId)
    const ask = (): Operation => cluster.callers.change(this.leader(), { type: 'add', id, address })
    const isIn = (): boolean => cluster.isVoter(joiner) && this.votes(joiner) === true
    this.change(ask, `${joiner.name} to vote`, isIn)
  }

  /** Asks for a change until it has been made. */
  private change(ask: () => Operation, what: string, isDone: () => boolean): void {
    let asked = ask()
    const again = (): boolean => {
      if (isDone()) return true
      if (asked.ending !== undefined && asked.ending !== 'done' && this.cluster.leaders.length > 0) asked = ask()
      return false
    }
    this.cluster.until(again, what, WAIT_MS)
  }

  /** Appends some at once, and again those that were not acknowledged, until all are. */
  private commit(count = 1): void {
    for (let left = count; left > 0;) {
      const leader = this.leader()
      const appends = Array.from({ length: left }, () => this.append(leader))
      const areAnswered = (): boolean => appends.every(({ ending }) => ending !== undefined)
      this.cluster.until(areAnswered, 'appends to be answered', WAIT_MS)
      left -= appends.filter(({ ending }) => ending === 'done').length
    }
  }

  private append(at: TestMember): Operation {
    return this.cluster.append(at, {}, ({ id, ending }) => ending === 'done' && this.acknowledged.push(id))
  }

  private compact(member: TestMember): void {
    const { life } = member
    let settled = false
    member.compact(() => (settled = true))
    const isOver = (): boolean => settled || member.life !== life || member.member === undefined
    this.cluster.until(isOver, 'a snapshot', WAIT_MS)
    this.cluster.run(20)
  }

  private giveUpSnapshot(): void {
    const { member, replica } = this.leader()
    let failed = false
    const pull = () => throwError(() => new Error('the consumer has given up'))
    if (member !== undefined && replica !== undefined)
      member.compact(replica.applied, pull).subscribe({ error: () => (failed = true) })
    this.cluster.until(() => failed || member?.stopped === true, 'a snapshot to fail', WAIT_MS)
  }

  private leader(): TestMember {
    const { cluster } = this
    cluster.until(() => cluster.leaders.length > 0, 'a leader', WAIT_MS)
    return cluster.leader
  }

  /** Whether the leader knows a member as a voter of a committed roster; undefined while nobody leads. */
  private votes({ id }: TestMember): boolean | undefined {
    const { leaders } = this.cluster
    if (leaders.length === 0) return undefined
    return this.cluster.leader.replica?.committedRoster.voters.some(voter => voter.id === id)
  }

  private converge(): void {
    const { cluster, first, second, third } = this
    cluster.until(() => cluster.isConverged([first, second, third]), 'all to be equal', WAIT_MS)
  }
}
