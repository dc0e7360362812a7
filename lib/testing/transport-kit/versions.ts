import assert from 'node:assert/strict'
import type { Versions } from '../../../streams/contracts/protocol.js'
import { fieldsOf, speaking, type Bench, type Station } from './lab.js'

type Test = readonly [name: string, run: (bench: Bench) => Promise<void>]

const open = (bench: Bench, name: string, oldest: number, newest: number, secret?: string): Promise<Station> =>
  bench.open(name, { protocol: speaking({ oldest, newest }), secret })

const versionsSeen = (station: Station): readonly number[] =>
  station.notices.flatMap(notice => (notice.type === 'peer-up' ? [notice.version] : []))

const apart: readonly (readonly [name: string, a: Versions, b: Versions])[] = [
  ['newer', { oldest: 3, newest: 4 }, { oldest: 1, newest: 2 }],
  ['older', { oldest: 1, newest: 1 }, { oldest: 2, newest: 3 }],
]

export const versionTests: readonly Test[] = [
  ...['the newer dials', 'the older dials'].map((who, at): Test => [
    `members of neighbouring versions talk in the newest that both speak: ${who}`,
    async bench => {
      const secret = 'long and random'
      const [older, newer] = [await open(bench, 'a', 1, 2, secret), await open(bench, 'b', 2, 3, secret)]
      const isNewerFirst = at === 0
      const down = async (): Promise<void> =>
        assert.deepEqual(fieldsOf(await bench.deliver(newer, older, { term: 1 })), { term: 1, said: 2 })
      const up = async (): Promise<void> =>
        assert.deepEqual(fieldsOf(await bench.deliver(older, newer, { term: 1 })), { term: 1, heard: 2 })
      for (const talk of isNewerFirst ? [down, up, down] : [up, down, up]) await talk()
      await bench.lab.settle(() => [older, newer].every(station => versionsSeen(station).length > 0))
      for (const station of [older, newer]) assert.deepEqual(new Set(versionsSeen(station)), new Set([2]))
    },
  ]),
  [
    'members that both speak the newest version say it as it is',
    async bench => {
      const [a, b] = [await open(bench, 'a', 1, 2), await open(bench, 'b', 2, 2)]
      assert.deepEqual(fieldsOf(await bench.deliver(a, b, { term: 1 })), { term: 1 })
      assert.deepEqual(fieldsOf(await bench.deliver(b, a, { term: 1 })), { term: 1 })
    },
  ],
  [
    'of what an older version has nothing, nothing is sent to it',
    async bench => {
      const [older, newer] = [await open(bench, 'a', 1, 1), await open(bench, 'b', 1, 2)]
      await bench.deliver(newer, older)
      newer.transport.send(older.peer, { unheardOf: true, tag: 'x' })
      await bench.deliver(newer, older)
      assert.equal(older.received('x').length, 0)
    },
  ],
  ...apart.map(([name, mine, theirs]): Test => [
    `a ${name} member with no version in common is refused by both, with what either speaks`,
    async bench => {
      const a = await bench.open('a', { protocol: speaking(mine) })
      const b = await bench.open('b', { protocol: speaking(theirs) })
      const isTold = (): boolean => [a, b].every(station => station.refusals().includes('KAYAK_VERSION'))
      await bench.provoke(a, b.peer, { tag: 'x' }, isTold)
      assert.equal(b.inbound.length, 0)
      for (const { reason } of [...a.refused, ...b.refused])
        for (const { newest } of [mine, theirs]) assert.match(reason, new RegExp(`\\b${String(newest)}\\b`))
    },
  ]),
]
