import { counter } from '../../lib/testing/linearizability'
import {
  counterWorkload,
  machineOf,
  planFaults,
  shrink,
  simulate,
  simulationCommand,
  TROUBLE,
  type Campaign,
  type SimulationOptions,
} from '../../lib/testing/simulation'
import { parseArguments, wordsOf } from '../../lib/testing/simulation/arguments'
import { narrowed, narrowing } from '../../lib/testing/simulation/narrowing'

/** A counter that forgets in its snapshots what is above twenty. */
const forgetful = () => {
  const right = machineOf(counter)
  return {
    ...right,
    snapshot: () => new TextEncoder().encode(String(Math.min(20, right.read({ type: 'read' })))),
    restore: (bytes: Uint8Array) => void right.apply({ type: 'add', by: Number(new TextDecoder().decode(bytes)) }),
  }
}

const workload = { ...counterWorkload, clients: 3, retries: 1 }
const sound: Campaign = (seed, use) => use({ seed, workload, duration: 500 })
const broken: Campaign = (seed, use) => use({ seed, workload, machine: forgetful, duration: 4000 })

function run(campaign: Campaign, ...args: readonly string[]) {
  const lines: string[] = []
  let now = 0
  const surroundings = { typed: 'node try.js', print: (line: string) => lines.push(line), now: () => (now += 1000) }
  return { status: simulationCommand(campaign, args, surroundings), text: lines.join('\n') }
}

describe('the command of a simulation', () => {
  it('runs seeds, and says how many were well', () => {
    const { status, text } = run(sound, '--from', '5', '--count', '3')
    expect(status).toBe(0)
    expect(text).toMatch(/^3 seeds from 5 on: all is well; \d+ events, \d+ events\/s, \d+ times real time$/)
  })

  it('runs seeds until the time is over', () => {
    // each look at the clock takes a second here
    expect(run(sound, '--minutes', '0.1').text).toMatch(/^5 seeds from 1 on: all is well/)
  })

  it('replays a seed that is well', () => {
    const { status, text } = run(sound, '--seed', '7')
    expect([status, text]).toEqual([0, expect.stringMatching(/^seed 7: all is well, \d+ events in \d+ virtual ms/)])
  })

  it('says of a seed that fails how to see it again, whole and made small', () => {
    const { status, text } = run(broken)
    expect(status).toBe(1)
    const [, seed, failure] = /^seed (\d+) fails: (.*)$/m.exec(text) ?? []
    expect(text).toContain(`replay it:   node try.js --seed ${String(seed)}`)
    const [, words = ''] = /made small: {2}node try.js (.*)$/m.exec(text) ?? []
    expect(words).toMatch(/--faults \d/)
    const again = run(broken, ...words.split(' '))
    expect(again.status).toBe(1)
    expect(again.text).toContain(failure)
    // what was made small isn't made smaller again
    expect(again.text).not.toContain('made small')
  })

  it('writes a run as a page', () => {
    const pages: (readonly string[])[] = []
    const save = (...page: readonly [string, string]) => void pages.push(page)
    const surroundings = { typed: 'node try.js', print: () => {}, now: () => 0, save }
    expect(simulationCommand(sound, ['--seed', '7', '--page', 'x.html'], surroundings)).toBe(0)
    expect(pages).toEqual([['x.html', expect.stringContaining('<title>seed 7')]])
    expect(run(sound, '--seed', '7', '--page', 'x.html').text).toContain('No page can be written here.')
  })

  it.each([
    ['--seed', 'x'],
    ['--seed', '-1'],
    ['--members', '0'],
    ['--faults', '1,,2'],
    ['--minutes', 'soon'],
    ['--what'],
    ['word'],
  ])('refuses %s %s, and says what it takes', (...args) => {
    const { status, text } = run(sound, ...args.filter(word => typeof word === 'string'))
    expect(status).toBe(2)
    expect(text).toContain('--seed N')
  })
})

describe('a run made small', () => {
  const options: SimulationOptions<number, { type: 'add'; by: number } | { type: 'read' }, number> = {
    seed: 3,
    workload,
    duration: 4000,
  }

  it('is told in words, and the same again by them', () => {
    const plan = planFaults(3, TROUBLE, 700)
    const small = {
      ...options,
      members: 2,
      workload: { ...workload, clients: 1 },
      duration: 700,
      plan: plan.filter(({ id }) => id % 2 === 0),
    }
    const words = wordsOf(3, narrowing(options, small))
    const asked = parseArguments(words.split(' '))
    expect(asked.seed).toBe(3)
    expect(narrowed(options, asked.narrowing)).toEqual(small)
    expect(simulate(narrowed(options, asked.narrowing)).trace).toBe(simulate(small).trace)
  })

  it('of nothing keeps everything', () => {
    const asked = parseArguments(wordsOf(3).split(' '))
    expect(simulate(narrowed(options, asked.narrowing))).toEqual(simulate(options))
  })

  it('keeps the ids of faults when it ends earlier', () => {
    const whole = planFaults(3, TROUBLE, 4000)
    expect(planFaults(3, TROUBLE, 1000)).toEqual(whole.filter(({ atMs }) => atMs < 1000))
  })

  it('that is well is left alone', () => {
    const { report, runs } = shrink({ ...options, duration: 300 })
    expect([report.ok, runs]).toEqual([true, 1])
  })
})
