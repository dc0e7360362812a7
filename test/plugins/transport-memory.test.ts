import { transportKit } from '../../lib/testing/transport-kit'
import { seededRandom } from '../../lib/testing/seeded-random'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { MemoryNetwork, type Faults } from '../../plugins/transport-memory'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import type { TransportNotice } from '../../streams/contracts/transport'

describe('the contract', () => {
  const kit = transportKit(() => {
    const clock = new VirtualClock()
    const random = seededRandom(1)
    const network = new MemoryNetwork({ clock, random })
    return {
      transport: () => network.transport(),
      clock,
      random,
      settle: async predicate => {
        if (!clock.runUntil(predicate, 60_000)) throw new Error('It did not come about within a minute.')
      },
    }
  })
  for (const { name, run } of kit) test(name, run)
})

describe('a network in memory', () => {
  interface Arrival {
    readonly to: string
    readonly n: number
    readonly at: number
  }

  function cluster(faults: Partial<Faults> = {}, seed = 1) {
    const clock = new VirtualClock()
    const random = seededRandom(seed)
    const network = new MemoryNetwork({ clock, random, faults })
    const arrivals: Arrival[] = []
    const notices: (TransportNotice & { of: string })[] = []
    const members = ['a', 'b', 'c'].map((name, at) => {
      const transport = network.transport()
      const address = `127.0.0.1:${at + 1}`
      transport.inbound$.subscribe(({ message }) => {
        arrivals.push({ to: name, n: (message as { n: number }).n, at: clock.now() })
      })
      transport.notices$.subscribe(notice => notices.push({ of: name, ...notice }))
      const options = { memberId: name.repeat(32), clusterId: 'c'.repeat(32), bind: address, clock, random }
      transport.open({ ...options, advertise: undefined, secret: undefined, protocol: PROTOCOL }).subscribe()
      return { transport, address, id: options.memberId }
    })
    clock.advanceBy(0)
    const [a, b, c] = members
    if (a === undefined || b === undefined || c === undefined) throw new Error('three')
    const send = (from: typeof a, to: typeof a, n: number): void => from.transport.send(to, { n })
    return { clock, network, arrivals, notices, a, b, c, send }
  }

  const numbers = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ n }) => n)

  test('the same seed repeats everything, another does not', () => {
    const faults: Partial<Faults> = { drop: 0.2, duplicate: 0.2, reorder: 0.2, delayMs: [1, 10], tail: 0.05 }
    const run = (seed: number): Arrival[] => {
      const { clock, arrivals, a, b, c, send } = cluster(faults, seed)
      for (let n = 0; n < 100; n++) send(n % 2 ? a : b, c, n)
      clock.advanceBy(10_000)
      return arrivals
    }
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })

  test('keeps the order of a link, and breaks it only where it is told to', () => {
    const send100 = (faults: Partial<Faults>): number[] => {
      const { clock, arrivals, a, b, send } = cluster(faults)
      for (let n = 0; n < 100; n++) send(a, b, n)
      clock.advanceBy(1000)
      return numbers(arrivals)
    }
    const inOrder = Array.from({ length: 100 }, (_, n) => n)
    expect(send100({ delayMs: [1, 50] })).toEqual(inOrder)
    const loose = send100({ delayMs: [1, 50], reorder: 0.3 })
    expect(loose).not.toEqual(inOrder)
    expect([...loose].sort((x, y) => x - y)).toEqual(inOrder)
  })

  test('loses and doubles as often as it is told to', () => {
    const { clock, network, arrivals, a, b, send } = cluster()
    const count = (faults: Partial<Faults>): number => {
      network.setFaults({ drop: 0, duplicate: 0, ...faults })
      arrivals.length = 0
      for (let n = 0; n < 1000; n++) send(a, b, n)
      clock.advanceBy(1000)
      return arrivals.length
    }
    expect(count({})).toBe(1000)
    expect(count({ drop: 1 })).toBe(0)
    expect(count({ duplicate: 1 })).toBe(2000)
    expect(Math.abs(count({ drop: 0.3 }) - 700)).toBeLessThan(60)
  })

  test('delays within its range, and beyond it only in the tail', () => {
    const delays = (faults: Partial<Faults>): number[] => {
      const { clock, arrivals, a, b, send } = cluster({ delayMs: [2, 5], ...faults })
      for (let n = 0; n < 500; n++) {
        send(a, b, clock.now())
        clock.advanceBy(2000)
      }
      return arrivals.map(({ n, at }) => at - n)
    }
    const usual = delays({})
    expect(Math.min(...usual)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...usual)).toBeLessThanOrEqual(5)
    const tailed = delays({ tail: 0.2, tailMs: 500 })
    expect(Math.max(...tailed)).toBeGreaterThan(50)
    expect(Math.max(...tailed)).toBeLessThanOrEqual(500)
    expect(tailed.filter(delay => delay <= 5).length).toBeGreaterThan(350)
  })

  test('some messages arrive once more, much later, also at who has come to the address since', () => {
    const { clock, network, arrivals, a, b, send } = cluster({ replay: 1, replayMs: 1000 })
    send(a, b, 1)
    clock.advanceBy(1)
    expect(numbers(arrivals)).toEqual([1])
    b.transport.close().subscribe()
    clock.advanceBy(0)
    const heard: unknown[] = []
    const other = network.transport()
    other.inbound$.subscribe(inbound => heard.push(inbound))
    const options = { memberId: 'd'.repeat(32), clusterId: 'c'.repeat(32), bind: b.address, clock }
    other
      .open({ ...options, random: seededRandom(2), advertise: undefined, secret: undefined, protocol: PROTOCOL })
      .subscribe()
    clock.advanceBy(1000)
    expect(numbers(arrivals)).toEqual([1])
    expect(heard).toEqual([{ from: { id: a.id, address: a.address }, message: { n: 1 } }])
  })

  test('a cut is one-way, holds for what is under way, and heals', () => {
    const { clock, network, arrivals, a, b, send } = cluster()
    send(a, b, 1)
    network.cut(a.address, b.address)
    send(a, b, 2)
    send(b, a, 3)
    clock.advanceBy(10)
    expect(arrivals.map(({ to, n }) => [to, n])).toEqual([['a', 3]])
    network.heal(a.address, b.address)
    send(a, b, 4)
    clock.advanceBy(10)
    expect(numbers(arrivals)).toEqual([3, 4])
  })

  test('isolation and partitions stop what crosses them, and heal', () => {
    const { clock, network, arrivals, a, b, c } = cluster()
    const passing = (): string[] => {
      arrivals.length = 0
      const pairs = [a, b, c].flatMap(from => [a, b, c].filter(to => to !== from).map(to => [from, to] as const))
      pairs.forEach(([from, to]) => from.transport.send(to, { n: 0 }))
      const names = new Map([a, b, c].map((member, at) => [member.address, 'abc'.charAt(at)]))
      const seen: string[] = []
      const tap = network.traffic$.subscribe(({ type, from, to }) => {
        if (type === 'delivered') seen.push(`${names.get(from) ?? ''}${names.get(to) ?? ''}`)
      })
      clock.advanceBy(10)
      tap.unsubscribe()
      return seen.sort()
    }
    const all = ['ab', 'ac', 'ba', 'bc', 'ca', 'cb']
    expect(passing()).toEqual(all)
    network.isolate(a.address)
    expect(passing()).toEqual(['bc', 'cb'])
    network.heal()
    network.partition([[a.address, b.address], [c.address]])
    expect(passing()).toEqual(['ab', 'ba'])
    network.partition([[b.address]])
    expect(passing()).toEqual(['ac', 'ca'])
    network.heal()
    expect(passing()).toEqual(all)
  })

  test('traffic$ shows each message and what became of it', () => {
    const { clock, network, a, b, send } = cluster()
    const seen: string[] = []
    network.traffic$.subscribe(({ type, at }) => seen.push(`${type} ${at.toFixed(1)}`))
    send(a, b, 1)
    network.setFaults({ drop: 1 })
    send(a, b, 2)
    a.transport.send({ id: undefined, address: '127.0.0.1:99' }, { n: 3 })
    clock.advanceBy(10)
    expect(seen).toEqual(['sent 0.0', 'sent 0.0', 'lost 0.0', 'sent 0.0', 'gone 0.0', 'delivered 0.1'])
  })

  test('traffic$ names a message, and each of its copies by the same number', () => {
    const { clock, network, a, b, send } = cluster({ duplicate: 1, replay: 1 })
    const seen: string[] = []
    network.traffic$.subscribe(({ type, number }) => seen.push(`${type} ${number}`))
    send(a, b, 1)
    send(b, a, 2)
    network.inject({ id: a.id, address: a.address }, b.address, { n: 3 })
    clock.advanceBy(20_000)
    const copies = (number: number): string[] =>
      ['sent', 'delivered', 'delivered', 'injected'].map(t => `${t} ${number}`)
    expect(seen.sort()).toEqual([...copies(1), ...copies(2), 'injected 3'].sort())
  })

  test('a dead peer is told of once, until it is back', () => {
    const { clock, notices, a, b, send } = cluster()
    send(a, b, 1)
    clock.advanceBy(10)
    b.transport.close().subscribe()
    for (let n = 0; n < 10; n++) send(a, b, n)
    clock.advanceBy(10)
    expect(notices.filter(({ of }) => of === 'a').map(({ type }) => type)).toEqual(['peer-up', 'peer-down', 'dropped'])
  })

  test('what is under way to a member that closes does not arrive, nor at who follows it', () => {
    const { clock, network, arrivals, a, b, send } = cluster()
    send(a, b, 1)
    b.transport.close().subscribe()
    const next = network.transport()
    next.inbound$.subscribe(() => arrivals.push({ to: 'next', n: 0, at: 0 }))
    const options = { memberId: 'd'.repeat(32), clusterId: undefined, bind: b.address, advertise: undefined }
    next.open({ ...options, secret: undefined, protocol: PROTOCOL, clock, random: seededRandom(1) }).subscribe()
    clock.advanceBy(10)
    expect(arrivals).toEqual([])
  })
})
