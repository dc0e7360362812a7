import { filter, firstValueFrom, map, of, toArray } from 'rxjs'
import { machine, type Client, type Host, type Payload } from 'kayak'
import {
  acknowledge,
  everyEntries,
  fromIndex,
  project,
  resume,
  toRows,
  fromRows,
  untilCaughtUp,
  withSnapshot,
} from 'kayak/streams'
import { settle } from '../plugins/socketio/settle'
import { Cluster, failing } from './cluster'

type Words = readonly string[]

const definition = {
  initial: [] as Words,
  apply: (words: Words, word: Payload): Words => [...words, String(word)],
}

describe('a state on a client', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  async function fill(log: Host['log'] | Client['log'], count: number): Promise<string[]> {
    const words = Array.from({ length: count }, (_, at) => `word ${at}`)
    for (const word of words) await log.append(word)
    return words
  }

  it('is what a host makes of it: a machine proposes and reads at each level', async () => {
    const [a, b] = await cluster.trio({ leaseMs: 300, clockBoundMs: 50 })
    const client = await cluster.connect([b])
    const [there, here] = [machine(a, definition), machine(client, definition)]
    await here.propose('x')
    await there.propose('y')
    for (const level of ['linearizable', 'lease'] as const)
      expect(await here.read(words => words, level)).toEqual(['x', 'y'])
    await there.propose('z')
    expect(await here.read(words => words.length, 'session', { token: a.token })).toBe(3)
    expect(await here.read(words => words.length, 'bounded', { maxMs: 10_000 })).toBe(3)
    expect(await there.read(words => words)).toEqual(here.state)
    await Promise.all([there.stop(), here.stop()])
  })

  it('is monotonic across members by the token, of a host and of a client', async () => {
    const [a, b, c] = await cluster.trio()
    const [one, other] = [await cluster.connect([b]), await cluster.connect([c])]
    const seen: number[] = []
    other.log.listen().subscribe(({ index }) => {
      seen.push(index)
      other.sync.ack(index)
    })
    for (let round = 0; round < 20; round++) {
      const { index } = await one.log.append(`${round}`)
      expect(await other.read(() => seen.includes(index), 'session', { token: one.token })).toBe(true)
      const own = await a.log.append(`own ${round}`)
      expect(await other.read(() => seen.includes(own.index), 'session', { token: a.token })).toBe(true)
    }
    expect(await failing(one.read(() => 1, 'session', { token: `${'0'.repeat(32)}:1` }))).toMatchObject({
      code: 'KAYAK_OTHER_CLUSTER',
    })
  })

  it('begins with a snapshot of whichever member it is connected to, and goes on after it', async () => {
    const [a, b] = await cluster.trio()
    const there = machine(a, { ...definition, compact: everyEntries(10) })
    const words = await fill(a.log, 25)
    await settle(() => there.index >= 20)
    await firstValueFrom(there.compaction$.pipe(filter(({ type, index }) => type === 'finished' && index >= 20)))
    const [one, other] = [await cluster.connect([a]), await cluster.connect([b])]
    const snapshot = await one.log.snapshot()
    expect(snapshot?.index).toBeGreaterThanOrEqual(20)
    const { chunks$, bytes = 0 } = snapshot ?? {}
    const chunks = chunks$ === undefined ? [] : await firstValueFrom(chunks$.pipe(toArray()))
    expect(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)).toBe(bytes)
    expect(await other.log.snapshot()).toBeUndefined()
    for (const client of [one, other]) {
      const here = machine(client, definition)
      expect(await here.read(state => state)).toEqual(words)
      await here.stop()
    }
    expect(await failing(firstValueFrom(one.log.listen()))).toMatchObject({ code: 'KAYAK_COMPACTED' })
    await there.stop()
  })

  it('goes on through the loss of the member whose snapshot it has begun with', async () => {
    const [a, b, c] = await cluster.trio()
    await fill(a.log, 10)
    const until = a.log.committed
    const large = Array.from({ length: 20_000 }, (_, at) => `a state that takes a while ${at}`)
    await Promise.all(
      [a, b, c].map((host, at) => host.log.compact(until - at, of([...large, `of ${at}`]).pipe(toRows()))),
    )
    const client = await cluster.connect([a, b, c])
    const states: Words[] = []
    const restoring = { initial: [] as Words, restore: fromRows<Words>() }
    let lost: Promise<void> | undefined
    withSnapshot(
      client,
      {
        ...restoring,
        restore: chunks$ => {
          // it is lost while the snapshot is on its way
          lost ??= [a, b, c].find(({ self }) => self.id === client.connected?.id)?.stop()
          return chunks$.pipe(restoring.restore)
        },
      },
      resume(definition.apply),
    )
      .pipe(
        acknowledge(client),
        map(({ state }) => state),
      )
      .subscribe(state => states.push(state))
    await settle(() => states.length > 0)
    await lost
    await client.log.append('after it')
    await client.read(() => undefined)
    expect(states.at(-1)?.slice(0, 20_000)).toEqual(large)
    expect(states.at(-1)?.at(-1)).toBe('after it')
  }, 60_000)

  it('is told when it has caught up', async () => {
    const a = await cluster.start()
    const words = await fill(a.log, 50)
    const client = await cluster.connect([a])
    const all = await firstValueFrom(
      fromIndex(client).pipe(project([] as Words, definition.apply), untilCaughtUp(client), toArray()),
    )
    expect(all.at(-1)?.state).toEqual(words)
  })
})
