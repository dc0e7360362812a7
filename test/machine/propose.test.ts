import { record, watch, World } from '../host/world.js'
import { accountsOf, codec, deposit, plain } from './accounts.js'

describe('propose', () => {
  it('resolves with what apply has answered to this very command, on whichever member', async () => {
    const world = new World()
    const hosts = await world.trio({ codec })
    const machines = hosts.map(host => accountsOf(world, host))
    for (const [at, one] of machines.entries())
      expect(await world.run(one.propose(deposit('ann', 10 ** at)))).toBe([1, 11, 111][at])
    const many = machines.flatMap(one => Array.from({ length: 20 }, () => one.propose(deposit('bob', 1))))
    const answers = await world.run(Promise.all(many))
    expect(answers.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1))
    for (const one of machines) {
      expect(await world.run(one.propose({ type: 'rename', from: 'ann', to: 'ann' }))).toBe(undefined)
      await world.run(one.ready())
      expect(plain(one.state)).toEqual({ bob: 60, ann: 111 })
    }
    await world.stop(...hosts)
  })

  it('answers duplicates under one id alike, and never applies one twice', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const [one, other] = [accountsOf(world, a), accountsOf(world, b)]
    const id = { session: 'till', number: 1 }
    const twice = [one.propose(deposit('ann', 5), { id }), one.propose(deposit('ann', 5), { id })]
    const elsewhere = other.propose(deposit('ann', 5), { id })
    expect(await world.run(Promise.all([...twice, elsewhere]))).toEqual([5, 5, 5])
    const { index } = one
    const lost = await world.fails(one.propose(deposit('ann', 5), { id }))
    expect(lost).toMatchObject({ code: 'KAYAK_RESULT_LOST', outcome: 'unknown', index })
    await world.run(other.ready())
    expect([plain(one.state), plain(other.state)]).toEqual([{ ann: 5 }, { ann: 5 }])
    await world.stop(a, b)
  })

  it('of a command that apply throws at fails, and so does the machine, on every member and for good', async () => {
    const world = new World()
    const [a, b] = await world.pair({ codec })
    const [one, other] = [accountsOf(world, a), accountsOf(world, b)]
    await world.run(one.propose(deposit('ann', 5)))
    const [waiting, poisoned] = [watch(other.read(state => state)), watch(one.propose({ type: 'fail' }))]
    await world.until(() => poisoned.settled)
    const index = a.log.shown
    const ends = [one, other].map(machine => record(machine.state$))
    await world.until(() => ends.every(({ end }) => end === 'error'))
    expect(poisoned.error).toMatchObject({ code: 'KAYAK_MACHINE_FAILED', outcome: 'unknown', index })
    await world.until(() => waiting.settled)
    for (const machine of [one, other]) {
      for (const operation of [machine.propose(deposit('ann', 1)), machine.read(state => state, 'stale')])
        expect(await world.fails(operation)).toMatchObject({ code: 'KAYAK_MACHINE_FAILED', outcome: 'rejected' })
      expect(plain(machine.state)).toEqual({ ann: 5 })
    }
    await world.stop(a, b)
    const again = await world.start('a', { codec })
    const states = record(accountsOf(world, again).state$)
    await world
      .start('b', { codec })
      .then(host => world.until(() => states.end === 'error').then(() => world.stop(host)))
    expect(states).toMatchObject({ error: { code: 'KAYAK_MACHINE_FAILED', index } })
    await world.stop(again)
  })
})
