import assert from 'node:assert/strict'
import { CLUSTER, fieldsOf, idOf, OTHER_CLUSTER, type Bench } from './lab.js'

type Test = readonly [name: string, run: (bench: Bench) => Promise<void>]

export const peerTests: readonly Test[] = [
  [
    'tells when a peer comes and when it goes',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      await bench.deliver(a, b)
      const isUp = (): boolean => a.notices.some(n => n.type === 'peer-up' && n.id === b.id)
      await bench.lab.settle(() => isUp() && b.notices.some(n => n.type === 'peer-up' && n.id === a.id))
      await b.close()
      await bench.lab.settle(() => a.notices.some(n => n.type === 'peer-down' && n.id === b.id))
    },
  ],
  [
    'the same secret on both sides lets messages through',
    async bench => {
      const secret = 'long and random'
      const [a, b] = [await bench.open('a', { secret }), await bench.open('b', { secret })]
      await bench.deliver(a, b)
      await bench.deliver(b, a)
    },
  ],
  ...[
    ['another secret', 'one', 'another'],
    ['no secret towards one', undefined, 'secret'],
    ['a secret towards none', 'secret', undefined],
  ].map(([what, mine, theirs]): Test => [
    `${what} is refused and told of`,
    async bench => {
      const [a, b] = [await bench.open('a', { secret: mine }), await bench.open('b', { secret: theirs })]
      const isTold = (): boolean => [a, b].every(station => station.refusals().includes('KAYAK_NOT_AUTHORIZED'))
      await bench.provoke(a, b.peer, { tag: 'x' }, isTold)
      assert.equal(b.inbound.length, 0)
    },
  ]),
  [
    'a member of another cluster is refused and told of',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b', { clusterId: OTHER_CLUSTER })]
      const isTold = (): boolean => [a, b].every(station => station.refusals().includes('KAYAK_OTHER_CLUSTER'))
      await bench.provoke(a, b.peer, { tag: 'x' }, isTold)
      assert.equal(b.inbound.length, 0)
    },
  ],
  [
    'a refusal says who has dialled, on either side',
    async bench => {
      const [a, b] = [await bench.open('a', { secret: 'one' }), await bench.open('b', { secret: 'another' })]
      const isTold = (): boolean => [a, b].every(({ refused }) => refused.length > 0)
      await bench.provoke(a, b.peer, { tag: 'x' }, isTold)
      assert.ok(a.refused.every(({ outgoing, address }) => outgoing && address === b.bound.advertise))
      assert.ok(b.refused.every(({ outgoing }) => !outgoing))
      await bench.provoke(b, a.peer, { tag: 'x' }, () => b.refused.some(({ outgoing }) => outgoing))
      assert.deepEqual(
        b.refused.flatMap(({ outgoing, address }) => (outgoing ? [address] : [])),
        [a.bound.advertise],
      )
    },
  ],
  [
    'a joiner that knows no cluster yet is let in, and goes on once it knows',
    async bench => {
      const [member, joiner] = [await bench.open('a'), await bench.open('b', { clusterId: undefined })]
      await bench.deliver(joiner, member, {}, { id: undefined, address: member.bound.advertise })
      await bench.deliver(member, joiner)
      joiner.transport.identify(CLUSTER)
      await bench.deliver(joiner, member)
      await bench.deliver(member, joiner)
    },
  ],
  [
    'a joiner that has joined one cluster is refused by another',
    async bench => {
      const other = await bench.open('a', { clusterId: OTHER_CLUSTER })
      const joiner = await bench.open('b', { clusterId: undefined })
      joiner.transport.identify(CLUSTER)
      await bench.provoke(joiner, other.peer, { tag: 'x' }, () => other.refusals().includes('KAYAK_OTHER_CLUSTER'))
      assert.equal(other.inbound.length, 0)
    },
  ],
  ...(['has dialled', 'was dialled'] as const).map((how): Test => [
    `who is connected is found by its id where it has moved, and ${how}`,
    async bench => {
      const [a, b, other] = [await bench.open('a'), await bench.open('b'), await bench.open('c')]
      if (how === 'has dialled') await bench.deliver(b, a)
      else await bench.deliver(a, b, {}, { id: undefined, address: b.bound.advertise })
      const nowhere = '127.0.0.1:1'
      await bench.deliver(a, b, {}, { id: b.id, address: nowhere })
      await bench.deliver(a, other, {}, { id: undefined, address: other.bound.advertise })
      await bench.deliver(a, b, { meant: 'b' }, { id: b.id, address: other.bound.advertise })
      assert.ok(other.inbound.every(inbound => fieldsOf(inbound)['meant'] === undefined))
    },
  ]),
  [
    'who answers instead of the member that is meant gets nothing',
    async bench => {
      const [a, b] = [await bench.open('a'), await bench.open('b')]
      const meant = { id: idOf('9'), address: b.bound.advertise }
      await bench.provoke(a, meant, { tag: 'not for you' }, () => a.refusals().includes('KAYAK_INVALID'))
      await bench.deliver(a, b)
      assert.equal(b.received('not for you').length, 0)
    },
  ],
]
