import { getEventListeners } from 'node:events'
import { machine, reply } from 'kayak'
import { map, type Observable } from 'rxjs'
import { VirtualClock } from '../../lib/testing/virtual-clock.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { record, settle, watch } from '../host/world.js'
import { text, untext } from '../streams/operators/seen.js'
import { SlowHost } from './slow-host.js'

/** A machine that joins what it is given, and answers with its length, on a host that is behind. */
async function lagging() {
  const host = new SlowHost()
  const clock = new VirtualClock()
  const one = machine(host, {
    initial: '',
    clock,
    name: 'joined',
    apply: (state, command: string) => reply(state + command, state.length + 1),
    snapshot: (state$: Observable<string>) => state$.pipe(map(text)),
    restore: chunks$ => chunks$.pipe(map(untext)),
  })
  const states = record(one.state$)
  await settle()
  return { host, clock, one, states }
}

describe('a machine that is behind', () => {
  afterEach(() => jest.restoreAllMocks())

  it('answers when it has come to the entry, whoever waits for it and however many', async () => {
    const { host, one, clock } = await lagging()
    const proposed = ['a', 'b', 'b'].map(command => watch(one.propose(command, command === 'b' ? { id: 'b' } : {})))
    await settle()
    expect(host.given.map(options => options?.timeoutMs)).toEqual([10_000, 10_000, 10_000])
    expect(clock.pending).toBe(3)
    host.show(1, 'a')
    await settle()
    expect(proposed.map(({ value }) => value)).toEqual([1, undefined, undefined])
    host.show(2, 'b')
    await settle()
    expect(proposed.map(({ value }) => value)).toEqual([1, 2, 2])
    expect(clock.pending).toBe(0)
    expect(host.acknowledged).toEqual([0, 0, 1, 2].map(index => [index, 'joined']))
  })

  it('lets nobody wait beyond his deadline, or his signal', async () => {
    const { host, one, clock } = await lagging()
    const abort = new AbortController()
    const [late, aborted] = [
      watch(one.propose('a', { timeoutMs: 100 })),
      watch(one.propose('b', { signal: abort.signal })),
    ]
    const reading = watch(one.read(state => state, 'linearizable', { timeoutMs: 100 }))
    await settle()
    clock.advanceBy(99)
    await settle()
    expect([late.settled, reading.settled]).toEqual([false, false])
    clock.advanceBy(1)
    abort.abort()
    await settle()
    expect(late.error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'unknown' })
    expect(reading.error).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    expect(aborted.error).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'unknown' })
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    expect(clock.pending).toBe(0)
    host.show(1, 'a')
    expect(one.state).toBe('a')
  })

  it('says that what came of a command is lost where a snapshot has spared it that', async () => {
    const { host, one, states } = await lagging()
    const proposed = ['a', 'b', 'c'].map(command => watch(one.propose(command)))
    await settle()
    host.show(1, 'a')
    host.install(2, 'ab')
    await settle()
    expect(proposed[0]?.value).toBe(1)
    expect(proposed[1]?.error).toMatchObject({ code: 'KAYAK_RESULT_LOST', outcome: 'unknown', index: 2 })
    host.show(3, 'c')
    await settle()
    expect(proposed[2]?.value).toBe(3)
    expect(states.values).toEqual(['', 'a', 'ab', 'abc'])
    expect(host.listening).toEqual([1, 3])
  })

  it('never shows what is older than what it has shown', async () => {
    const { host, one, states } = await lagging()
    for (const [at, command] of ['a', 'b', 'c'].entries()) host.show(at + 1, command)
    // as a client might be told that has got to a member which is behind
    host.install(1, 'a')
    await settle()
    expect([one.state, one.index]).toEqual(['abc', 3])
    host.show(2, 'b')
    const proposed = watch(one.propose('d'))
    host.last = 3
    await settle()
    expect(await one.read(state => state, 'stale')).toBe('abc')
    host.show(3, 'c')
    host.show(4, 'd')
    await settle()
    expect(proposed.value).toBe(4)
    expect(states.values).toEqual(['', 'a', 'ab', 'abc', 'abcd'])
  })

  it('lets go of whoever waits when it is stopped, or its host is', async () => {
    for (const end of ['stop', 'complete', 'error'] as const) {
      const { host, one, states, clock } = await lagging()
      const waiting = [watch(one.propose('a')), watch(one.read(state => state))]
      await settle()
      if (end === 'stop') await one.stop()
      else if (end === 'complete') host.entries.complete()
      else host.entries.error(new Error('fault'))
      await settle()
      const code = end === 'error' ? 'KAYAK_MACHINE_FAILED' : 'KAYAK_STOPPED'
      expect(waiting.map(({ error }) => error)).toMatchObject([
        { code, outcome: 'unknown' },
        { code, outcome: 'rejected' },
      ])
      expect(clock.pending).toBe(0)
      expect(states.end).toBe(end === 'error' ? 'error' : 'complete')
    }
  })

  it('has so many callers at most', async () => {
    // fewer than there may be, so as not to make 100,000
    jest.replaceProperty(LIMITS, 'machineRequests', 10 as never)
    const { host, one } = await lagging()
    const waiting = Array.from({ length: 10 }, () => watch(one.read(state => state)))
    expect(await one.propose('a').catch((error: unknown) => error)).toMatchObject({
      code: 'KAYAK_OVERLOADED',
      outcome: 'rejected',
      retryable: true,
    })
    expect(host.last).toBe(0)
    await settle()
    expect(waiting.every(({ settled }) => settled)).toBe(true)
    const proposed = watch(one.propose('a'))
    await settle()
    host.show(1, 'a')
    await settle()
    expect(proposed.value).toBe(1)
  })
})
