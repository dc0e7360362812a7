import { World } from './world.js'

describe('a member whose record of terms and votes has been cut back', () => {
  it('is refused: it might vote twice in a term', async () => {
    const world = new World()
    const a = await world.start('a')
    await world.run(a.log.append('x'))
    await world.stop(a)
    const disk = world.disk('a')
    const whole = disk.termAndVote
    expect(whole.term).toBeGreaterThan(0)
    disk.termAndVote = { term: whole.term - 1, vote: undefined }
    expect(await world.fails(world.start('a'))).toMatchObject({ code: 'KAYAK_CORRUPT' })
    disk.termAndVote = whole
    const again = await world.start('a')
    await world.run(again.log.append('y'))
    await world.stop(again)
  })
})

describe('a member whose folder has lost whose it is', () => {
  it('is refused, and never founds or joins another cluster over what it holds', async () => {
    const world = new World()
    const [a, b] = await world.pair()
    await world.run(b.log.append('x'))
    await world.stop(a, b)
    const disk = world.disk('b')
    const { identity } = disk
    disk.identity = undefined
    expect(await world.fails(world.start('b'))).toMatchObject({ code: 'KAYAK_CORRUPT' })
    expect(await world.fails(world.join('b', [a]))).toMatchObject({ code: 'KAYAK_CORRUPT' })
    disk.identity = identity
    const again = [await world.start('a'), await world.start('b')] as const
    expect(await world.everything(again[1])).toMatchObject([{ payload: 'x' }])
    await world.stop(...again)
  })
})
