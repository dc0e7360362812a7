import { z } from 'zod'
import { commands, machine, reply, type Host } from 'kayak'
import { record, World } from '../host/world.js'

const deposit = z.object({ to: z.string(), amount: z.number().positive() })
const old = commands({ deposit: z.object({ name: z.string() }) })
const newer = commands({
  deposit: { version: 2, schema: deposit, upcast: { 1: ({ name }: { name: string }) => ({ to: name, amount: 1 }) } },
})

const totalOf = (
  world: World,
  host: Host<{ readonly type: 'deposit'; readonly to: string; readonly amount: number }>,
) => machine(host, { initial: 0, clock: world.clock, apply: (sum, { amount }) => reply(sum + amount, sum + amount) })

describe('a machine of commands', () => {
  it('refuses what is not valid before anything is appended', async () => {
    const world = new World()
    const host = await world.start('a', { codec: newer })
    const total = totalOf(world, host)
    const { head } = host.log
    const refused = await world.fails(total.propose({ type: 'deposit', to: 'ann', amount: -1 }))
    expect(refused).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(refused.message).toContain('The command "deposit" is not valid: amount: ')
    expect(host.log.head).toBe(head)
    expect(await world.run(total.propose({ type: 'deposit', to: 'ann', amount: 7 }))).toBe(7)
    await world.stop(host)
  })

  it('reads what an older version has appended, and one that is older stands still until it is upgraded', async () => {
    const world = new World()
    const a = await world.start('a', { codec: old })
    const b = await world.join('b', [a], { codec: old })
    const count = machine(b, { initial: 0, clock: world.clock, apply: (sum, _: unknown) => sum + 1 })
    await world.run(a.log.append({ type: 'deposit', name: 'ann' }))
    await world.run(count.ready())
    await world.stop(a)
    const upgraded = await world.start('a', { codec: newer })
    const total = totalOf(world, upgraded)
    const states = record(count.state$)
    expect(await world.run(total.propose({ type: 'deposit', to: 'ann', amount: 7 }, { timeoutMs: 60_000 }))).toBe(8)
    await world.until(() => states.end !== undefined)
    expect(states).toMatchObject({ end: 'error', error: { code: 'KAYAK_VERSION' } })
    // the member goes on, and so does the cluster
    expect(b.log.committed).toBe(upgraded.log.committed)
    await world.stop(b)
    const last = await world.start('b', { codec: newer })
    const caughtUp = totalOf(world, last)
    await world.run(caughtUp.ready())
    expect(caughtUp.state).toBe(8)
    await world.stop(upgraded, last)
  })
})
