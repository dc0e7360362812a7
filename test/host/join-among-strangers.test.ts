import { interval } from 'rxjs'
import { join } from 'kayak'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { settle, watch, World } from './world.js'

describe('join, though others turn up', () => {
  const JOINER = '127.0.0.1:7300'

  /** Somebody who says something to an address again and again, if anybody is there. */
  async function pester(
    world: World,
    address: string,
    who: { secret?: string; clusterId?: string; advertise?: string },
  ) {
    const transport = world.network.transport()
    const { clock, random } = world
    const rest = { advertise: undefined, secret: undefined, clusterId: undefined, protocol: PROTOCOL, clock, random }
    transport.open({ memberId: '9'.repeat(32), bind: '127.0.0.1:7666', ...rest, ...who }).subscribe()
    const talk = interval(5, clock).subscribe(() => transport.send({ id: undefined, address }, {}))
    await settle()
    return () => {
      talk.unsubscribe()
      transport.close().subscribe()
    }
  }

  it('does not take a stranger who dials in for a peer that refuses', async () => {
    const world = new World()
    const leave = await pester(world, JOINER, { secret: 'guess' })
    const joining = watch(join(JOINER, ['127.0.0.1:7001'], world.options('b', { secret: 'one' })))
    await world.pass(1000)
    expect(joining.settled).toBe(false)
    const a = await world.start('a', { secret: 'one' }, '127.0.0.1:7001')
    await world.until(() => joining.settled)
    expect(joining.error).toBeUndefined()
    leave()
    await world.stop(a, ...(joining.value === undefined ? [] : [joining.value]))
    expect(await world.leftovers()).toBe(0)
  })

  it('goes on in the folder of a member though an old cluster still dials its address, as a peer that is gone', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.stop(a, b)
    // who dials in says where it is, and isn't there
    world.network.cut(b.self.address, a.self.address)
    const leave = await pester(world, b.self.address, { clusterId: '0'.repeat(32), advertise: a.self.address })
    const again = await world.join('b', [a])
    expect(again.self).toEqual(b.self)
    leave()
    await world.stop(again)
    expect(await world.leftovers()).toBe(0)
  })

  it('goes on in the folder of a member though one of the peers is of another cluster by now', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const stranger = await world.start('x')
    await world.stop(b)
    const again = await world.join('b', [stranger, a])
    expect(again.self).toEqual(b.self)
    await world.stop(a, again)
    // nobody but the stranger answers
    expect(await world.fails(world.join('b', [stranger, a]))).toMatchObject({ code: 'KAYAK_OTHER_CLUSTER' })
    await world.stop(stranger)
    expect(await world.leftovers()).toBe(0)
  })
})
