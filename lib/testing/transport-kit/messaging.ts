import assert from 'node:assert/strict'
import { fieldsOf, idOf, type Bench } from './lab.js'

type Test = readonly [name: string, run: (bench: Bench) => Promise<void>]

const MiB = 1024 * 1024

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = at * 31 + (at >> 8)
  return bytes
}

export const messagingTests: readonly Test[] = [
  [
    'messages go both ways and name who has sent them',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      const fields = { term: 1, ok: true, list: [1, 2], nested: { text: 'ä\u2028\0' } }
      const there = await bench.deliver(a, b, fields)
      assert.deepEqual(there.from, { id: a.id, address: a.bound.advertise })
      assert.deepEqual(fieldsOf(there), fields)
      const back = await bench.deliver(b, a)
      assert.deepEqual(back.from, { id: b.id, address: b.bound.advertise })
    },
  ],
  [
    'an address is enough to send to',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      const { from } = await bench.deliver(a, b, {}, { id: undefined, address: b.bound.advertise })
      assert.equal(from.id, a.id)
    },
  ],
  [
    'bytes arrive as they were sent, also none, also many, also several',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      const fields = { none: new Uint8Array(0), view: pattern(300).subarray(7, 207), more: { inner: [pattern(3)] } }
      const arrived = await bench.deliver(a, b, fields)
      assert.deepEqual(fieldsOf(arrived), { ...fields, view: pattern(300).slice(7, 207) })
    },
  ],
  [
    'a message of 8 MiB arrives',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      const data = pattern(8 * MiB)
      const arrived = fieldsOf(await bench.deliver(a, b, { data }))['data']
      assert.ok(arrived instanceof Uint8Array)
      assert.ok(Buffer.compare(arrived, data) === 0)
    },
  ],
  [
    'a message that is too large is dropped and told of, and the next one arrives',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      a.transport.send(b.peer, { data: new Uint8Array(16 * MiB + 1), tag: 'large' })
      const isTold = (): boolean => a.notices.some(n => n.type === 'dropped' && n.reason === 'too-large')
      await bench.lab.settle(isTold)
      await bench.deliver(a, b)
      assert.equal(b.received('large').length, 0)
    },
  ],
  [
    'a message arrives as a copy of its own, of what it was when it was sent',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      const message = { tag: 'mine', nested: { list: [1] } }
      a.transport.send(b.peer, message)
      message.nested.list.push(2)
      await bench.lab.settle(() => b.received('mine').length > 0)
      const [arrived] = b.received('mine').map(fieldsOf)
      assert.deepEqual(arrived, { nested: { list: [1] } })
    },
  ],
  [
    'sending never throws and never emits before it has returned',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      await bench.deliver(b, a)
      const before = (): number[] => [a.inbound.length, a.notices.length, b.inbound.length, b.notices.length]
      const counts = before()
      a.transport.send(b.peer, { tag: 'x' })
      a.transport.send({ id: idOf('9'), address: '127.0.0.1:1' }, { tag: 'x' })
      a.transport.send({ id: undefined, address: 'no address' }, { tag: 'x' })
      a.transport.send(b.peer, { data: new Uint8Array(17 * MiB) })
      a.transport.send({ id: idOf('9'), address: b.bound.advertise }, { tag: 'x' })
      assert.deepEqual(before(), counts)
    },
  ],
  [
    'sending to where nobody listens changes nothing for the others',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      const gone = await bench.open('c')
      await gone.close()
      a.transport.send(gone.peer, { tag: 'x' })
      await bench.deliver(a, b)
    },
  ],
  [
    'sending before it is open, and after it is closed, is silent',
    async bench => {
      const b = await bench.open('b')
      const a = bench.station('a')
      a.transport.send(b.peer, { tag: 'early' })
      await a.open()
      await bench.deliver(a, b)
      await a.close()
      a.transport.send(b.peer, { tag: 'late' })
      const c = await bench.open('c')
      await bench.deliver(c, b)
      assert.equal(b.received('early').length + b.received('late').length, 0)
    },
  ],
]
