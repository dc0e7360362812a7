import { type AppendOptions } from 'kayak'
import { containing, record, T, watch, World } from './world.js'

const MiB = 1024 * 1024
const DAY = 24 * 60 * 60 * 1000
const over = (budget: string, used: number, limit: number): unknown =>
  expect.objectContaining({ type: 'over-budget', budget, used, limit, count: 1 })
const MALFORMED: readonly (readonly [string, unknown])[] = [
  ...[0, -1, NaN, Infinity, '10', null, DAY + 1].map(timeoutMs => ['timeoutMs', { timeoutMs }] as const),
  ...[{}, 'now', null, new EventTarget()].map(signal => ['signal', { signal }] as const),
  ...['', 42, null, {}, [], { session: 's' }, { number: 1 }].map(id => ['id', { id }] as const),
  ...['', 42].map(session => ['id', { id: { session, number: 1 } }] as const),
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 48, '1'].map(number => ['id', { id: { session: 's', number } }] as const),
  ...[-1, 1.5, NaN, '1', null].map(since => ['since', { id: 'x', since }] as const),
  ['since', { since: 1 }] as const,
  ...[null, 42, 'now'].map(options => ['options', options] as const),
]

describe('an append that is malformed', () => {
  it.each<readonly [string, unknown]>(MALFORMED)('is refused: its %s in %p', async (name, options) => {
    const world = new World()
    const host = await world.start('a')
    const { head } = host.log
    // whoever writes JavaScript may pass anything
    const error = await world.fails(host.log.append('x', options as AppendOptions))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected', message: containing(name) })
    expect(host.log.head).toBe(head)
    expect((await world.run(host.log.append('y'))).index).toBe(head + 1)
    await world.stop(host)
  })
})

describe('appends that pile up', () => {
  it('are refused once 64 MiB of this host wait, and taken again when they do not', async () => {
    const world = new World()
    const [a, b] = await world.pair({ maxPayloadBytes: 8 * MiB })
    await world.stop(a)
    await world.until(() => b.leader === undefined)
    // with the one byte by which strings and bytes are told apart
    const payload = new Uint8Array(8 * MiB - 1)
    const controller = new AbortController()
    const waiting = Array.from({ length: 8 }, () =>
      watch(b.log.append(payload, { signal: controller.signal, timeoutMs: 60_000 })),
    )
    await world.breathe()
    const events = record(b.events$)
    expect(await world.fails(b.log.append('x'))).toMatchObject({
      code: 'KAYAK_OVERLOADED',
      outcome: 'rejected',
      retryable: true,
    })
    expect(events.values).toContainEqual(over('pending', 64 * MiB + 2, 64 * MiB))
    expect(await world.fails(b.log.append(new Uint8Array(8 * MiB + 1)))).toMatchObject({
      code: 'KAYAK_PAYLOAD_TOO_LARGE',
    })
    expect(events.values).toContainEqual(over('payload', 8 * MiB + 1, 8 * MiB))
    controller.abort()
    await world.until(() => waiting.every(({ settled }) => settled))
    const again = await world.start('a')
    expect((await world.run(b.log.append('x'))).payload).toBe('x')
    await world.stop(again, b)
  })

  it('are refused once 64 MiB are uncommitted on the leader, and committed when they can be', async () => {
    const world = new World()
    const [a, b] = await world.pair({ maxPayloadBytes: 8 * MiB })
    const payload = new Uint8Array(8 * MiB - 1)
    world.network.cut(a.self.address, b.self.address)
    const timeoutMs = T / 3
    const given = await world.run(
      Promise.all(Array.from({ length: 8 }, () => world.fails(a.log.append(payload, { timeoutMs })))),
    )
    expect(given.map(({ code, outcome }) => `${code} ${outcome}`)).toEqual(Array(8).fill('KAYAK_TIMEOUT unknown'))
    expect(await world.fails(a.log.append('x', { timeoutMs }))).toMatchObject({ code: 'KAYAK_OVERLOADED' })
    world.network.heal()
    await world.until(() => a.log.committed === a.log.head)
    expect((await world.run(a.log.append('y'))).payload).toBe('y')
    expect(await world.everything(b)).toHaveLength(9)
    await world.stop(a, b)
  })
})
