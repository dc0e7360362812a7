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
