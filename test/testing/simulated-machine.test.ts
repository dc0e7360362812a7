import { EMPTY, pipe, map, NEVER, switchMap, throwError } from 'rxjs'
import { checkDeterminism, reply, type CommandContext } from 'kayak'
import { PersistentMap, toRows, fromRows } from 'kayak/streams'
import { counterWorkload, simulate, simulatedMachine, type Workload } from 'kayak/testing'
import type { CounterInput } from '../../lib/testing/linearizability/model.js'

type Counts = PersistentMap<string, number>
const none: Counts = PersistentMap.empty()

/** Counts, and answers besides with what nobody may draw differently. */
function apply(counts: Counts, input: CounterInput, { now, random }: CommandContext) {
  const count = (counts.get('count') ?? 0) + (input.type === 'add' ? input.by : 0)
  return reply(counts.set('count', count).set('drawn', now + random()), count)
}
const read = (counts: Counts): number => counts.get('count') ?? 0
const seeds = [1, 2]
const run = { workload: counterWorkload as Workload<unknown, CounterInput, number | undefined>, duration: 3000 }

describe('a machine as it is defined', () => {
  it('runs in a simulation, as it is', () => {
    const machine = simulatedMachine({ initial: none, apply: checkDeterminism(apply) }, read)
    for (const seed of seeds) expect(simulate({ ...run, seed, machine })).toMatchObject({ ok: true })
  })

  it('has a context that is the same on all members, and another one for each entry', () => {
    const drawn = new Map<string, number>()
    const machine = simulatedMachine(
      {
        initial: none,
        apply: (counts: Counts, input: CounterInput, context: CommandContext) => {
          const key = JSON.stringify([context.index, context.term, context.now])
          const value = context.random()
          expect(drawn.get(key) ?? value).toBe(value)
          drawn.set(key, value)
          return apply(counts, input, context)
        },
      },
      read,
    )
    expect(simulate({ ...run, seed: 3, machine })).toMatchObject({ ok: true })
    expect(new Set(drawn.values()).size).toBe(drawn.size)
    expect(drawn.size).toBeGreaterThan(20)
  })

  it('with a bug in its snapshots, or in how it is applied, is found', () => {
    const forgetful = {
      initial: none,
      apply,
      snapshot: pipe(
        map((counts: Counts) => counts.set('count', Math.min(100, read(counts)))),
        toRows(),
      ),
      restore: fromRows<Counts>(),
    }
    const moody = { initial: none, apply: checkDeterminism((counts: Counts) => reply(counts, Math.random())) }
    const failures = [simulatedMachine(forgetful, read), simulatedMachine(moody, read)].map(machine => {
      for (let seed = 1; seed <= 20; seed++) {
        const { failure } = simulate({ ...run, duration: 10_000, seed, machine })
        if (failure !== undefined) return failure
      }
      return undefined
    })
    expect(failures[0]).toMatch(/gave \d+ to one machine|has no order/)
    expect(failures[1]).toMatch(/^a machine throws as it applies entry \d+: KayakError/)
  })

  it('has no stages that take their time, and none that fail', () => {
    const later = {
      initial: none,
      apply,
      snapshot: switchMap(() => NEVER),
      restore: () => throwError(() => new Error('fault')),
    }
    const machine = simulatedMachine(later, read)()
    expect(() => machine.snapshot()).toThrow('takes its time')
    expect(() => machine.restore(new Uint8Array())).toThrow('fault')
    const empty = simulatedMachine({ ...later, restore: () => EMPTY }, read)()
    expect(() => empty.restore(new Uint8Array())).toThrow('no state')
  })
})
