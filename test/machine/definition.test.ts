import { machine } from 'kayak'
import { World } from '../host/world.js'
import { thrownBy } from '../streams/thrown.js'
import { accountsOf, codec, deposit } from './accounts.js'

const WRONG = [null, undefined, 7, 'kayak', {}]

describe('what a caller without types may give for a machine', () => {
  it.each(WRONG)('is refused as its definition: %p', async definition => {
    const world = new World()
    const host = await world.start('a', { codec })
    expect(thrownBy(() => machine(host, definition as never))).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(host)
  })

  it.each(WRONG)('is refused as its host: %p', host => {
    const apply = (state: number): number => state
    expect(thrownBy(() => machine(host as never, { initial: 0, apply }))).toMatchObject({ code: 'KAYAK_INVALID' })
  })

  it.each([null, 7, 'kayak'])('is refused as the options of what it does: %p', async options => {
    const world = new World()
    const host = await world.start('a', { codec })
    const one = accountsOf(world, host)
    for (const operation of [
      one.propose(deposit('ann', 1), options as never),
      one.read(state => state, 'stale', options as never),
      one.ready(options as never),
    ])
      expect(await world.fails(operation)).toMatchObject({ code: 'KAYAK_INVALID', outcome: 'rejected' })
    expect(await world.run(one.read(state => state.size))).toBe(0)
    await world.stop(host)
  })
})
