import { LIMITS } from '../../streams/contracts/limits'
import { thrownBy } from '../streams/thrown'
import { counter, registers } from '../../lib/testing/linearizability'
import type { CounterInput, RegisterInput } from '../../lib/testing/linearizability'
import {
  counterWorkload,
  FAULT_KINDS,
  machineOf,
  planFaults,
  QUIET,
  registerWorkload,
  setWorkload,
  shrink,
  simulate,
  TROUBLE,
  type SimulatedMachine,
} from '../../lib/testing/simulation'

const { SIMULATION_FROM = '1', SIMULATION_COUNT = '8' } = process.env
const seeds = Array.from({ length: Number(SIMULATION_COUNT) }, (_, at) => Number(SIMULATION_FROM) + at)

const onRegisters = { workload: registerWorkload, duration: 6000 }
const onCounter = { workload: counterWorkload, duration: 6000 }
const onSet = { workload: setWorkload, duration: 6000 }

describe('a simulation', () => {
  test.each([
    ['registers', (seed: number) => simulate({ ...onRegisters, seed })],
    ['a counter', (seed: number) => simulate({ ...onCounter, seed, members: 5 })],
    ['a set', (seed: number) => simulate({ ...onSet, seed, members: 1 + (seed % 3) })],
  ])('of %s keeps every invariant through all faults, and recovers', (_, run) => {
    const answered = seeds.flatMap(seed => {
      const { ok, failure, calls } = run(seed)
      expect({ seed, ok, failure }).toEqual({ seed, ok: true, failure: undefined })
      return calls.filter(({ outcome }) => outcome === 'done')
    })
    expect(answered.length).toBeGreaterThan(50 * seeds.length)
  })

  it('is the same for the same seed, and another for another', () => {
    const one = simulate({ ...onRegisters, seed: 7 })
    expect(simulate({ ...onRegisters, seed: 7 })).toEqual(one)
    expect(simulate({ ...onRegisters, seed: 8 }).trace).not.toBe(one.trace)
  })

  it('without faults has one term and answers everyone', () => {
    // no session is forgotten
    const limits = { sessions: 1e6, undatedSessions: 1e6, sessionAnswers: 1e9, sessionIdleMs: 1e9 }
    const { ok, terms, calls, plan } = simulate({ ...onRegisters, seed: 3, faults: QUIET, limits })
    expect({ ok, terms, plan }).toEqual({ ok: true, terms: 2, plan: [] })
    const answered = calls.filter(({ outcome }) => outcome === 'done')
    // all but the append by which its recovery is seen
    expect(answered).toHaveLength(calls.length - 1)
    expect(answered.length).toBeGreaterThan(100)
  })

  it('lowers limits only while it runs', () => {
    const before = { ...LIMITS }
    simulate({ ...onRegisters, seed: 1, duration: 500 })
    expect(LIMITS).toEqual(before)
  })
})

describe('a simulation that can not be', () => {
  it.each([
    ['seed', { seed: -1 }],
    ['seed', { seed: 1.5 }],
    ['members', { members: 0 }],
    ['members', { members: NaN }],
    ['duration', { duration: Infinity }],
    ['duration', { duration: NaN }],
    ['workload.clients', { workload: { ...registerWorkload, clients: -1 } }],
    // what no type allows
    ['faults.network', { faults: {} as typeof QUIET }],
    ['crsh', { faults: { ...QUIET, everyMs: { crsh: 100 } as typeof QUIET.everyMs } }],
    ['crash', { faults: { ...QUIET, everyMs: { crash: 0 } } }],
    ['crash', { faults: { ...QUIET, everyMs: { crash: NaN } } }],
  ])('is refused, and its %s named', (name, wrong) => {
    const before = { ...LIMITS }
    const error = thrownBy(() => simulate({ ...onRegisters, seed: 1, ...wrong }))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', message: expect.stringContaining(name) as string })
    expect(LIMITS).toEqual(before)
  })

  it('is one still where clients only read, never rest, or are none', () => {
    const queries = { ...registerWorkload, next: () => ({ type: 'query', input: { type: 'read', key: 'x' } }) as const }
    for (const workload of [queries, { ...registerWorkload, restMs: 0 }, { ...registerWorkload, clients: 0 }])
      expect(simulate({ seed: 1, workload, duration: 300 })).toMatchObject({ ok: true })
  })
})

describe('the plan of a seed', () => {
  it('has all kinds of faults, about as often as it should', () => {
    const plan = planFaults(5, TROUBLE, 1_000_000)
    for (const kind of FAULT_KINDS) {
      const count = plan.filter(fault => fault.kind === kind).length
      const expected = 1_000_000 / (TROUBLE.everyMs[kind] ?? Infinity)
      // five standard deviations
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected))
    }
    expect(plan.map(({ id }) => id)).toEqual(plan.map((_, at) => at))
    expect([...plan].sort((one, other) => one.atMs - other.atMs)).toEqual(plan)
  })

  it('of one kind does not depend on the others', () => {
    const crashes = (everyMs: object) =>
      planFaults(5, { ...QUIET, everyMs }, 60_000).flatMap(({ kind, atMs }) => (kind === 'crash' ? [atMs] : []))
    expect(crashes({ crash: 1000, stop: 500 })).toEqual(crashes({ crash: 1000 }))
  })
})

/** A counter whose snapshots lose what is above a hundred. */
const forgetful = (): SimulatedMachine<CounterInput, number> => {
  const right = machineOf(counter)
  return {
    ...right,
    snapshot: () => new TextEncoder().encode(String(Math.min(100, right.read({ type: 'read' })))),
    restore: bytes => void right.apply({ type: 'add', by: Number(new TextDecoder().decode(bytes)) }),
  }
}

/** Registers that answer as nobody else would: each machine counts how often it was asked. */
const moody = (): SimulatedMachine<RegisterInput, string | boolean | null> => {
  const right = machineOf(registers)
  let asked = 0
  return {
    ...right,
    read: input => {
      asked++
      return right.read(input)
    },
    apply: input => {
      const output = right.apply(input)
      return input.type === 'swap' && asked % 2 === 1 ? !output : output
    },
  }
}

describe('a consumer’s machine with a bug', () => {
  it('in its snapshots is found, and the run made small', () => {
    const options = { ...onCounter, machine: forgetful }
    // some clients may see it first, as answers that have no order
    const isFound = (failure = ''): boolean => /gave \d+ to one machine/.test(failure)
    const failing = seeds.map(seed => ({ ...options, seed })).find(run => isFound(simulate(run).failure))
    if (failing === undefined) throw new Error('No seed has found the bug.')
    const { report, options: small, runs } = shrink(failing)
    expect(report.ok).toBe(false)
    expect(isFound(report.failure)).toBe(true)
    expect(runs).toBeLessThan(200)
    // what it takes is a snapshot, and somebody who begins with it: nothing that is left can be left out
    const { plan = [] } = small
    const snapshotting = ['compaction', 'lost-suffix', 'cut-snapshot', 'corruption']
    expect(plan.some(({ kind }) => snapshotting.includes(kind))).toBe(true)
    const { members = 3, workload, duration = 0 } = small
    const smaller = [
      ...plan.map(({ id }) => ({ plan: plan.filter(fault => fault.id !== id) })),
      ...Array.from({ length: workload.clients - 1 }, (_, at) => ({ workload: { ...workload, clients: at + 1 } })),
      ...Array.from({ length: members - 1 }, (_, at) => ({ members: at + 1 })),
      { duration: Math.round(duration / 2) },
    ]
    const failures = smaller.map(less => simulate({ ...small, ...less }).failure)
    expect(failures.filter(failure => isFound(failure))).toEqual([])
    expect(simulate(small)).toEqual(report)
  })

  const counting = { workload: counterWorkload, seed: 2, duration: 2000, limits: {} }
  it.each([
    ['apply', /^a machine throws as it applies entry \d+: Error: my own bug/],
    ['read', /^a machine throws as it reads: Error: my own bug/],
    ['snapshot', /^a machine throws as it makes a snapshot: Error: my own bug/],
    ['restore', /^a machine throws as it restores a snapshot: Error: my own bug/],
  ] as const)('that throws in %s is told of as that, and nothing else comes of it', (method, failure) => {
    const machine = (): SimulatedMachine<CounterInput, number> => ({
      ...machineOf(counter),
      [method]: () => {
        throw new Error('my own bug')
      },
    })
    const reports = seeds.map(seed => simulate({ ...counting, seed, machine }))
    const [first] = reports.filter(({ ok }) => !ok)
    expect(first?.failure).toMatch(failure)
  })

  it('that answers nothing is found', () => {
    // what no type allows
    const mute = (): SimulatedMachine<CounterInput, number> => ({
      ...machineOf(counter),
      apply: () => undefined as unknown as number,
    })
    const { failure } = simulate({ ...counting, machine: mute })
    expect(failure).toMatch(/has no order/)
  })

  it('that is not deterministic is found', () => {
    const reports = seeds.map(seed => simulate({ ...onRegisters, seed, machine: moody }))
    expect(reports.map(({ failure }) => failure ?? '').join('\n')).toMatch(/gave .* to one machine and .* to another/)
  })
})
