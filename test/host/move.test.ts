import type { Host } from 'kayak'
import type { MemoryDisk } from 'kayak/plugins/storage-memory'
import { encodeSteps } from '../../streams/contracts/change-codec.js'
import { ChangeRoster, message } from '../../streams/contracts/messages/index.js'
import { PROTOCOL } from '../../streams/contracts/messages/versions.js'
import { addressOf, known } from './placed.js'
import { record, T, World } from './world.js'

/** What nobody should do while its member runs. */
function copyDisk(from: MemoryDisk, to: MemoryDisk): void {
  to.identity = from.identity
  to.termAndVote = from.termAndVote
  to.log.append(from.durable().entries)
}

/** What a host has told of one kind. */
const told = (host: Host) => record(host.events$)

describe('a move', () => {
  it('to the address of another is refused, before anything has changed', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(b, c)
    const before = world.disk('c').identity
    for (const taken of [a, b]) {
      const error = await world.fails(world.start('c', {}, taken.self.address))
      expect(error).toMatchObject({ code: 'KAYAK_ADDRESS_TAKEN', outcome: 'rejected' })
      expect(error.message).toContain(taken.self.id)
    }
    expect(world.disk('c').identity).toEqual(before)
    const again = await world.start('c')
    await known(world, a, again)
    await world.stop(a, again)
    expect(await world.leftovers()).toBe(0)
  })

  it('to the address of somebody that it does not know yet is told of, and it goes on all the same', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const d = await world.join('d', [a])
    await world.stop(d)
    const moved = await world.start('c', {}, d.self.address)
    const events = told(moved)
    await world.pass(5 * T)
    expect(events.values.filter(({ type }) => type === 'move-refused')).toMatchObject([
      { address: d.self.address, by: d.self.id },
    ])
    expect((await world.run(moved.log.append('x'))).payload).toBe('x')
    expect(addressOf(a, moved.self)).toBe(c.self.address)
    // and it is moved as soon as that can be
    await world.run(a.remove(d.self.id))
    await known(world, a, b, moved)
    await world.stop(a, b, moved)
  })

  it('is for members: who is none moves nobody', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const stranger = world.network.transport()
    const id = '9'.repeat(32)
    const { clock, random } = world
    const place = { bind: '127.0.0.1:7666', advertise: undefined, secret: undefined, clusterId: undefined }
    stranger.open({ memberId: id, ...place, protocol: PROTOCOL, clock, random }).subscribe()
    await world.pass(1)
    const replies = record(stranger.inbound$)
    for (const moved of [b.self.id, id]) {
      const steps = encodeSteps([{ type: 'move', id: moved, address: '127.0.0.1:7666' }])
      stranger.send({ id: undefined, address: a.self.address }, message(ChangeRoster, { id: moved, steps }))
    }
    await world.until(() => replies.values.length >= 2)
    const verdicts = replies.values.map(({ message: reply }) => reply)
    expect(verdicts).toMatchObject([
      { verdict: 'not-member', by: id },
      { verdict: 'not-member', by: id },
    ])
    expect(a.roster.voters).toEqual([a.self, b.self])
    stranger.close().subscribe()
    await world.stop(a, b)
  })

  it('that was asked for earlier and arrives late undoes no newer one', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const wishes: object[] = []
    const seen = world.network.traffic$.subscribe(({ type, to, message: sent }) => {
      if (type === 'sent' && to === a.self.address && 'steps' in sent) wishes.push({ ...sent })
    })
    const moved = await world.start('c', {}, '127.0.0.1:7300')
    await known(world, a, b, moved)
    await world.stop(moved)
    const [wish] = wishes
    seen.unsubscribe()
    const again = await world.start('c', {}, '127.0.0.1:7301')
    await known(world, a, b, again)
    if (wish === undefined) throw new Error('It has not asked.')
    const { index } = a.roster
    world.network.inject(moved.self, a.self.address, wish)
    await world.pass(T)
    expect(a.roster.index).toBe(index)
    await world.stop(a, b, again)
  })

  it('of a member that is down is made for it, and it is started there', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    const { id } = c.self
    await world.run(b.changeRoster([{ type: 'move', id, address: '127.0.0.1:7300' }]))
    await world.until(() => addressOf(a, c.self) === '127.0.0.1:7300')
    const moved = await world.start('c', {}, '127.0.0.1:7300')
    await known(world, a, b, moved)
    await world.stop(a, b, moved)
  })

  it('of a member that is up is taken back by it after a while', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    const { index } = await world.run(b.changeRoster([{ type: 'move', id: c.self.id, address: '127.0.0.1:7300' }]))
    await world.pass(5 * T)
    expect(addressOf(b, c.self)).toBe('127.0.0.1:7300')
    expect((await world.run(c.log.append('x'))).payload).toBe('x')
    await world.until(() => addressOf(b, c.self) === c.self.address, 12 * T)
    expect(b.roster.index).toBeGreaterThan(index)
    await known(world, a, b, c)
    await world.stop(a, b, c)
  })

  it('of oneself, to where nobody could dial, or of nobody, is refused', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    const move = (id: string, address: string) => world.fails(a.changeRoster([{ type: 'move', id, address }]))
    expect(await move(a.self.id, '127.0.0.1:7300')).toMatchObject({ code: 'KAYAK_ADDRESS_CHANGED' })
    expect(await move(b.self.id, '127.0.0.1:0')).toMatchObject({ code: 'KAYAK_INVALID' })
    expect(await move(b.self.id, a.self.address)).toMatchObject({ code: 'KAYAK_ADDRESS_TAKEN' })
    expect(await move('f'.repeat(32), '127.0.0.1:7300')).toMatchObject({ code: 'KAYAK_INVALID' })
    await world.stop(a, b)
  })

  it('of a copy of a folder, while the first is up, breaks nobody, and fills no log', async () => {
    const world = new World()
    const [a, b, c] = await world.trio()
    await world.stop(c)
    copyDisk(world.disk('c'), world.disk('copy'))
    const [first, second] = [await world.start('c'), await world.start('copy', {}, '127.0.0.1:7300')]
    expect(second.self.id).toBe(first.self.id)
    await world.pass(60 * T)
    for (const host of [a, b]) expect((await world.run(host.log.append('x'))).payload).toBe('x')
    expect(a.log.head).toBeLessThan(40)
    await world.stop(first, second, a, b)
    expect(await world.leftovers()).toBe(0)
  })
})
