import assert from 'node:assert/strict'
import { codeOf, type Bench } from './lab.js'

type Test = readonly [name: string, run: (bench: Bench) => Promise<void>]

export const lifecycleTests: readonly Test[] = [
  [
    'port 0 takes a free port, and the address is what others dial',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      assert.match(a.bound.address, /^127\.0\.0\.1:[1-9]\d*$/)
      assert.equal(a.bound.advertise, a.bound.address)
      assert.notEqual(a.bound.address, b.bound.address)
    },
  ],
  [
    'without a host 127.0.0.1 is advertised',
    async bench => {
      const [a, b] = [await bench.open('a', { bind: ':0' }), await bench.open('b')]
      assert.match(a.bound.advertise, /^127\.0\.0\.1:[1-9]\d*$/)
      await bench.deliver(b, a)
    },
  ],
  [
    'what it is told to advertise is what others get to know it by',
    async bench => {
      const b = await bench.open('b')
      const a = await bench.open('a', { advertise: 'member-a.test:4711' })
      assert.equal(a.bound.advertise, 'member-a.test:4711')
      const { from } = await bench.deliver(a, b)
      assert.equal(from.address, 'member-a.test:4711')
    },
  ],
  [
    'an address in use is refused, and stays with who has it',
    async bench => {
      const [a, c] = [await bench.open('a'), await bench.open('c')]
      const b = bench.station('b')
      await b.open({ bind: a.bound.address })
      assert.equal(codeOf(b.openError), 'KAYAK_ADDRESS_IN_USE')
      await bench.deliver(c, a)
    },
  ],
  [
    'an address can be taken again once it is closed, and others find the new member there',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      await b.close()
      const c = await bench.open('c', { bind: b.bound.address })
      assert.equal(c.bound.address, b.bound.address)
      await bench.deliver(a, c)
      await bench.deliver(c, a)
    },
  ],
  [
    'closing completes both streams, and may be asked for again',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      await a.close()
      assert.ok(a.isInboundComplete && a.isNoticesComplete)
      a.isClosed = false
      await a.close()
      assert.ok(a.isClosed)
    },
  ],
  [
    'closing before it is open completes, and then it can not be opened',
    async bench => {
      const a = bench.station('a')
      await a.close()
      assert.ok(a.isInboundComplete && a.isNoticesComplete)
      await a.open()
      assert.equal(codeOf(a.openError), 'KAYAK_STOPPED')
    },
  ],
  [
    'closing while it opens completes, and the port is free',
    async bench => {
      const first = await bench.open('a')
      const bind = first.bound.address
      await first.close()
      const b = bench.station('b')
      const opening = b.open({ bind })
      await b.close()
      await opening
      assert.ok(b.isOpen || codeOf(b.openError) === 'KAYAK_STOPPED')
      await bench.open('c', { bind })
    },
  ],
  [
    'opening twice is refused, and the first goes on',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      a.isOpen = false
      const { bound } = a
      await a.open()
      assert.equal(codeOf(a.openError), 'KAYAK_INVALID')
      a.bound = bound
      await bench.deliver(b, a)
    },
  ],
]
