import { lowerLimits } from '../../../lib/testing/cluster'
import { MemoryDisk } from '../../../plugins/storage-memory'
import { encodeSteps } from '../../../streams/contracts/change-codec'
import type { RosterStep } from '../../../streams/rules/membership'
import { Bench, T } from './bench'
import { establish } from './leading'
import { idOf, logOf, rosterOf } from './logs'

let bench: Bench
const leader = (...options: ConstructorParameters<typeof Bench>): Bench => (bench = new Bench(...options).elect())
const established = (...options: ConstructorParameters<typeof Bench>): Bench => establish(leader(...options))
let restore: () => void = () => undefined
afterEach(() => {
  bench.stop()
  restore()
})

describe('a leader that changes the roster', () => {
  const change = (id: string, ...steps: readonly RosterStep[]) => ({
    type: 'change-roster',
    id,
    steps: encodeSteps(steps),
  })
  const removal = (name: string) => change('r-1', { type: 'remove', id: idOf(name) })
  const addition = (id: string, address: string) => change('r-2', { type: 'add', id, address })
  const remove = removal('c')
  const add = addition(idOf('d'), 'd:1')

  it('waits until an entry of its own term has committed', () => {
    leader({ log: [1] })
      .hear('b', remove)
      .pass(1)
    expect(bench.log).toEqual([1, 2])
    bench.acknowledge('b', { term: 2, match: 2 }).pass(1)
    expect(bench.log).toEqual([1, 2, 2])
    expect(bench.replica.roster.voters).toHaveLength(2)
  })

  it('makes one change at a time, and answers each once it has committed', () => {
    established({ log: [1] })
      .hear('b', remove)
      .hear('d', add)
      .pass(1)
    expect(bench.log).toEqual([1, 2, 2])
    expect(bench.said('change-reply')).toEqual([])
    bench.acknowledge('b', { term: 2, match: 3 }).pass(1)
    expect(bench.said('change-reply')).toMatchObject([{ to: 'b', verdict: 'done', rosterIndex: 3 }])
    expect(bench.log).toEqual([1, 2, 2, 2])
    expect(bench.replica.roster.learners).toMatchObject([{ incarnation: 4 }])
  })

  it('counts the votes of those in force from the moment that it appends', () => {
    established({ log: [1] })
      .hear('b', remove)
      .pass(1)
    bench.acknowledge('c', { term: 2, match: 3 })
    expect(bench.replica.commit).toBe(2)
    bench.acknowledge('b', { term: 2, match: 3 })
    expect(bench.replica.commit).toBe(3)
  })

  it('that removes itself counts itself no more, commits that, and gives up', () => {
    established({ log: [1] })
      .hear('b', removal('a'))
      .pass(1)
    bench.acknowledge('b', { term: 2, match: 3 }).pass(1)
    expect([bench.role, bench.replica.commit]).toEqual(['leader', 2])
    bench.acknowledge('c', { term: 2, match: 3 }).pass(1)
    expect([bench.role, bench.replica.commit]).toEqual(['follower', 3])
  })

  it('refuses an address that another has, and to remove the last voter', () => {
    established({ log: [1] })
      .hear('c', addition(idOf('d'), 'b:1'))
      .pass(1)
    expect(bench.said('change-reply')).toMatchObject([{ to: 'c', verdict: 'address-taken', by: 'b'.repeat(32) }])
    bench.stop()
    bench = new Bench({ voters: 'a', readers: 'b', log: [1] }).pass(5)
    bench.hear('b', removal('a')).pass(1)
    expect(bench.said('change-reply')).toMatchObject([{ to: 'b', verdict: 'last-voter' }])
  })

  it('has so many members at most, lets so many changes wait, and tells where it refuses', () => {
    restore = lowerLimits({ members: 3 })
    established({ log: [1] })
    const events: unknown[] = []
    bench.replica.events$.subscribe(event => event.type === 'over-budget' && events.push(event))
    bench.hear('d', { ...add, id: 'd-1' }).pass(1)
    expect(bench.said('change-reply')).toMatchObject([{ to: 'd', verdict: 'full' }])
    expect(events).toMatchObject([{ budget: 'members', used: 4, limit: 3, unit: 'count' }])
    bench.hear('b', remove).pass(1)
    for (const name of ['e', 'f', '1', '2']) bench.hear(name, { ...addition(idOf(name), `${name}:1`), id: `${name}-1` })
    expect(bench.said('change-reply')).toMatchObject([
      { to: '1', verdict: 'busy' },
      { to: '2', verdict: 'busy' },
    ])
    expect(events.slice(1)).toMatchObject([{ budget: 'changes', used: 4, limit: 3, unit: 'count' }])
  })

  it('does for those who are no members nothing but to let them in, or to leave them out', () => {
    const steps = [
      { type: 'move', id: idOf('c'), address: 'x:1' },
      { type: 'remove', id: idOf('c') },
      { type: 'add', id: idOf('e'), address: 'x:1' },
    ] as const
    established({ log: [1] })
    steps.forEach((step, at) => bench.hear('d', change(`r-${at + 1}`, step)).pass(1))
    expect(bench.said('change-reply').map(({ verdict }) => verdict)).toEqual(Array(3).fill('not-member'))
    expect(inForce()).toEqual(['abc', '', ''])
  })

  it('refuses a roster that no member would take, and goes on', () => {
    bench = new Bench({ voters: 'a', readers: 'b', log: [1] }).pass(5)
    // a character of control takes six bytes in a roster
    const join = (at: number): void => {
      const memberId = at.toString(16).padStart(32, '0')
      bench.hear('b', { ...addition(memberId, `${'\x01'.repeat(250)}:${at}`), id: `join-${at}` }).pass(1)
    }
    for (let at = 1; at <= 60; at++) join(at)
    const verdicts = bench.said('change-reply').map(({ verdict }) => verdict)
    expect(verdicts).toHaveLength(60)
    expect(new Set(verdicts)).toEqual(new Set(['done', 'invalid']))
    expect(bench.replica.roster.learners).toHaveLength(1 + verdicts.filter(verdict => verdict === 'done').length)
    expect([bench.role, bench.member.stopped]).toEqual(['leader', false])
  })

  const ids = (list: readonly { id: string }[]): string => list.map(({ id }) => id.slice(0, 1)).join('')
  const inForce = (): string[] => {
    const { voters, outgoing, learners } = bench.replica.roster
    return [ids(voters), ids(outgoing), ids(learners)]
  }

  it('lets both halves decide while several voters come and go, and the new one alone after that (section 4.3)', () => {
    established({ log: [1], voters: 'abc', readers: 'de' })
    const match = (index: number, names: string): void => {
      for (const name of names) bench.acknowledge(name, { term: 2, match: index })
      bench.pass(1)
    }
    match(2, 'de')
    const steps = [...['b', 'c'].map(name => ({ type: 'remove', id: idOf(name) }) as const)]
    bench.hear('d', change('r-1', ...steps, ...['d', 'e'].map(name => ({ type: 'promote', id: idOf(name) }) as const)))
    bench.pass(1)
    expect(inForce()).toEqual(['ade', 'abc', ''])
    match(3, 'd')
    expect([bench.replica.commit, bench.log]).toEqual([2, [1, 2, 2]])
    match(3, 'b')
    expect([bench.replica.commit, bench.log, inForce()]).toEqual([3, [1, 2, 2, 2], ['ade', '', '']])
    expect(bench.said('change-reply')).toEqual([])
    match(4, 'bc')
    expect(bench.replica.commit).toBe(3)
    match(4, 'e')
    expect(bench.said('change-reply')).toMatchObject([{ to: 'd', verdict: 'done', rosterIndex: 4 }])
  })

  it('makes none of a roster other than the one that was meant, and none of who is no member', () => {
    established({ log: [1] })
    bench
      .hear('b', { ...remove, ifIndex: 9 })
      .hear('b', change('r-3', { type: 'promote', id: idOf('f') }))
      .pass(1)
    expect(bench.said('change-reply')).toMatchObject([
      { to: 'b', id: 'r-1', verdict: 'conflict' },
      { to: 'b', id: 'r-3', verdict: 'not-member', by: idOf('f') },
    ])
    expect(bench.log).toEqual([1, 2])
  })

  it('makes none that is refused when it is asked for again', () => {
    const steps = [
      { type: 'remove', id: idOf('c') },
      { type: 'promote', id: idOf('d') },
    ] as const
    established({ log: [1] })
      .hear('b', add)
      .pass(1)
      .acknowledge('b', { term: 2, match: 3 })
      .pass(1)
      .hear('b', change('r-3', ...steps))
      .hear('c', change('s-1', { type: 'remove', id: idOf('b') }))
      .pass(1)
      .acknowledge('c', { term: 2, match: 4 })
      .pass(1)
      .hear('b', change('r-4', ...steps))
      .pass(1)
    expect(bench.said('change-reply').at(-1)).toMatchObject({ id: 'r-4', verdict: 'not-member' })
    bench.acknowledge('d', { term: 2, match: 4, incarnation: 3 }).pass(1)
    expect(bench.replica.roster).toMatchObject({
      voters: ['a', 'c', 'd'].map(name => ({ id: idOf(name) })),
      outgoing: [],
    })
  })

  it('waits until a learner has caught up before it promotes it, and gives up in time', () => {
    const promote = change('r-1', { type: 'promote', id: idOf('d') })
    established({ log: [1], voters: 'abc', readers: 'd' })
      .hear('b', promote)
      .pass(1)
    expect([bench.log, inForce()]).toEqual([
      [1, 2],
      ['abc', '', 'd'],
    ])
    bench.acknowledge('d', { term: 2, match: 2 }).pass(1)
    expect([bench.log, inForce()]).toEqual([
      [1, 2, 2],
      ['abcd', '', ''],
    ])
    bench.stop()
    established({ log: [1], voters: 'abc', readers: 'd' }).hear('b', promote)
    const heard = (match: number): Bench =>
      bench.acknowledge('b', { term: 2, match }).acknowledge('c', { term: 2, match })
    for (let waitedMs = 0; waitedMs < 10 * T; waitedMs += T) {
      expect(bench.said('change-reply')).toEqual([])
      // who asks again has waited for longer, whoever has led meanwhile
      heard(2)
        .hear('b', { ...promote, id: `again-${waitedMs}`, waitedMs })
        .pass(0)
    }
    heard(2)
      .hear('b', { ...promote, id: `again-${10 * T}`, waitedMs: 10 * T })
      .pass(0)
    expect(bench.said('change-reply')).toMatchObject([{ to: 'b', verdict: 'not-caught-up' }])
    expect(bench.log).toEqual([1, 2])
  })

  it('leaves a learner one that is to stay one, however much it has', () => {
    established({ log: [1], voters: 'abc', readers: 'd' })
    bench.acknowledge('d', { term: 2, match: 2 }).pass(1)
    expect([bench.log, inForce()]).toEqual([
      [1, 2],
      ['abc', '', 'd'],
    ])
  })

  it('ends what an earlier leader has begun, once an entry of its own term has committed', () => {
    const joint = { ...rosterOf('ab', ''), outgoing: rosterOf('abc').voters }
    const disk = new MemoryDisk()
    disk.log.append(logOf([1], joint))
    disk.termAndVote = { term: 1, vote: undefined }
    leader({ disk }).pass(1)
    expect(bench.log).toEqual([1, 2])
    bench.acknowledge('b', { term: 2, match: 2 }).pass(1)
    expect([bench.log, inForce()]).toEqual([
      [1, 2, 2],
      ['ab', '', ''],
    ])
  })
})
