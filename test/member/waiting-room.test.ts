import { lowerLimits, TestCluster } from '../../lib/testing/cluster'
import { isKayakError } from '../../streams/contracts/errors'
import type { TestMember } from '../../lib/testing/cluster/test-member'

const bytes = (count: number): Uint8Array => new Uint8Array(count)
const nothing = { done: (): void => undefined, failed: (): void => undefined }

const append = ({ member }: TestMember, number: number, payload: Uint8Array): void => {
  if (member === undefined) throw new Error('The member does not run.')
  member.waiting.append('0123456789abcdef0123', number, payload, 1000, nothing)
}

const codeOf = (work: () => void): unknown => {
  try {
    work()
    return undefined
  } catch (error) {
    return isKayakError(error) ? `${error.code} ${String(error.budget)}` : error
  }
}

/** Whether something is held by an object, or by anything that it holds. */
function holds(holder: object, sought: object): boolean {
  const seen = new Set<unknown>([holder])
  for (const one of seen) {
    if (one === sought) return true
    if (typeof one !== 'object' || one === null || one instanceof Uint8Array) continue
    for (const value of Object.values(one)) seen.add(value)
    if (one instanceof Map) for (const pair of one) pair.forEach(value => seen.add(value))
    if (one instanceof Set) for (const value of one) seen.add(value)
  }
  return false
}

describe('what waits at a member', () => {
  let restore: () => void = () => undefined
  afterEach(() => restore())

  it('takes one turn for all appends that come together', () => {
    const cluster = new TestCluster().grow(1)
    const { inbox } = cluster.leader.member?.replica.parts ?? {}
    const before = inbox?.length ?? NaN
    for (let number = 1; number <= 100; number++) append(cluster.leader, number, bytes(10))
    expect(inbox?.length).toBe(before + 1)
    cluster.run(500)
    expect(cluster.leader.member?.waiting.size).toBe(0)
    cluster.close()
  })

  it('is bounded in number, and what is refused takes no room', () => {
    const cluster = new TestCluster().grow(1)
    restore = lowerLimits({ pendingRequests: 2, pendingAppendBytes: 100 })
    const events: unknown[] = []
    cluster.leader.member?.replica.events$.subscribe(event => event.type === 'over-budget' && events.push(event))
    append(cluster.leader, 1, bytes(10))
    append(cluster.leader, 2, bytes(10))
    for (let at = 0; at < 20; at++)
      expect(codeOf(() => append(cluster.leader, 3, bytes(10)))).toBe('KAYAK_OVERLOADED requests')
    cluster.run(500)
    expect(events).toMatchObject([{ budget: 'requests', used: 3, limit: 2, unit: 'count', count: 1 }])
    append(cluster.leader, 4, bytes(100))
    cluster.run(500)
    expect(cluster.leader.member?.waiting.size).toBe(0)
    cluster.close()
  })

  it('is bounded in bytes, and makes room once it is settled', () => {
    const cluster = new TestCluster().grow(1)
    restore = lowerLimits({ pendingAppendBytes: 100 })
    append(cluster.leader, 1, bytes(60))
    expect(codeOf(() => append(cluster.leader, 2, bytes(41)))).toBe('KAYAK_OVERLOADED pending')
    append(cluster.leader, 2, bytes(40))
    cluster.run(500)
    append(cluster.leader, 3, bytes(100))
    cluster.run(500)
    cluster.close()
  })

  it('is let go of when the member stops, also where its turn has not come', () => {
    const cluster = new TestCluster().grow(1)
    const { member } = cluster.leader
    if (member === undefined) throw new Error('The member does not run.')
    const payload = bytes(10)
    append(cluster.leader, 1, payload)
    expect(holds(member, payload)).toBe(true)
    member.stop('KAYAK_STOPPED', 'was stopped.')
    expect([member.waiting.size, holds(member, payload)]).toEqual([0, false])
    cluster.close()
  })

  it('settles by its deadline, whatever its timeout, and in any order', () => {
    const cluster = new TestCluster().grow(3)
    const { leader } = cluster
    for (const other of cluster.followers) other.crash()
    cluster.run(1)
    const begun = cluster.clock.now()
    const settled: number[] = []
    const settle = { done: nothing.done, failed: (): void => void settled.push(cluster.clock.now() - begun) }
    for (const timeoutMs of [700, 50, 300, 50, 301, 1]) leader.member?.waiting.barrier(timeoutMs, settle)
    cluster.run(1000)
    expect(settled).toEqual([1, 50, 50, 300, 301, 700])
    expect(leader.member?.waiting.size).toBe(0)
    for (const other of cluster.members) if (other !== leader) other.start()
    cluster.close()
  })
})
