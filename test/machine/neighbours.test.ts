import { machine } from 'kayak'
import { everyEntries, fromRows, toRows } from 'kayak/streams'
import { map } from 'rxjs'
import { World } from '../host/world.js'
import { thrownBy } from '../streams/thrown.js'

const initial = 0
const counting = { name: 'count', initial, apply: (count: number) => count + 1 }

describe('machines on one host', () => {
  it('have a snapshot of one of them, which the others must know how to read', async () => {
    const world = new World()
    const host = await world.start('a')
    const { clock } = world
    const sum = { name: 'sum', clock, initial, apply: (total: number, payload: unknown) => total + Number(payload) }
    const compacting = { ...sum, compact: everyEntries(5) }
    const count = { ...counting, clock }
    const reading = { ...count, restore: fromRows<number>() }
    const first = machine(host, compacting)
    for (const [other, says] of [
      [count, '"count" would begin with its snapshot: give it a `restore`'],
      [{ ...reading, compact: everyEntries(5), snapshot: toRows() }, '"sum" would too: only one may'],
      [sum, 'named "sum" already'],
    ] as const)
      expect(thrownBy(() => machine(host, other))).toMatchObject({
        code: 'KAYAK_INVALID',
        message: expect.stringContaining(says) as string,
      })
    const second = machine(host, reading)
    await world.run(Promise.all([first.stop(), second.stop()]))
    // in whichever order they come, and as often as they do
    const alone = machine(host, count)
    expect(() => machine(host, compacting)).toThrow('give it a `restore`')
    const others = [machine(host, sum), machine(host, { ...counting, clock, name: 'other' })]
    await world.run(Promise.all([alone, ...others].map(one => one.stop())))
    await world.stop(host)
  })

  it('begin with what each makes of it', async () => {
    const world = new World()
    const host = await world.start('a')
    const { clock } = world
    const names = {
      name: 'names',
      clock,
      initial: [] as string[],
      apply: (all: string[], name: unknown) => [...all, String(name)],
    }
    const compacting = { ...names, compact: everyEntries(3) }
    const lengths = {
      ...counting,
      clock,
      restore: (chunks$: Parameters<ReturnType<typeof fromRows>>[0]) =>
        chunks$.pipe(
          fromRows<string[]>(),
          map(all => all.length),
        ),
    }
    const [one, other] = [machine(host, compacting), machine(host, lengths)]
    for (const name of ['ann', 'bob', 'cleo', 'dan']) await world.run(host.log.append(name))
    await world.run(Promise.all([one, other].map(each => each.stop())))
    await world.stop(host)
    const again = await world.start('a')
    expect((await world.run(again.log.snapshot()))?.index).toBeGreaterThan(2)
    expect(await world.run(machine(again, lengths).read(count => count))).toBe(4)
    await world.stop(again)
  })
})
