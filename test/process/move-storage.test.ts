import { moveStorage } from 'kayak'
import { nedbStorage } from 'kayak/plugins/storage-nedb'
import { segmentStorage } from 'kayak/plugins/storage-segments'
import { failing, Harbour, type MemberProcess, type StorageName } from './process'

describe('a member that is moved to another storage while its cluster goes on', () => {
  const harbour = new Harbour()
  beforeEach(() => harbour.open())
  afterEach(() => harbour.close())

  const STORAGES = {
    nedb: (dataDir: string) => nedbStorage({ dataDir }),
    segments: (dataDir: string) => segmentStorage({ dataDir, segmentBytes: 64 * 1024 }),
  }
  const storageIn = (name: string, storage: StorageName) => STORAGES[storage](harbour.folder(name))

  const appending = async (member: MemberProcess, from: number, to: number): Promise<void> => {
    for (let at = from; at <= to; at++) await member.ask('append', { payload: `payload ${at}` })
  }

  async function move(
    member: MemberProcess,
    [from, of]: readonly [string, StorageName],
    [to, other]: readonly [string, StorageName],
  ): Promise<MemberProcess> {
    await member.ask('stop', undefined)
    await member.ended
    await expect(moveStorage(storageIn(from, of), storageIn(to, other))).resolves.toMatchObject({ id: member.self.id })
    expect(await failing(harbour.start(from, { storage: of }))).toMatchObject({ code: 'KAYAK_MOVED' })
    const again = await harbour.start(to, { storage: other })
    expect(again.self).toEqual(member.self)
    return again
  }

  it('is the member that it was, there and back again', async () => {
    const [a, b, c] = await harbour.grow(3, {}, 'nedb')
    if (a === undefined || b === undefined || c === undefined) throw new Error('The cluster has not grown.')
    await appending(a, 1, 20)
    const there = await move(b, ['b', 'nedb'], ['b on segments', 'segments'])
    await appending(there, 21, 40)
    const back = await move(there, ['b on segments', 'segments'], ['b again', 'nedb'])
    await appending(back, 41, 60)
    // the one that leads most likely
    const moved = await move(a, ['a', 'nedb'], ['a on segments', 'segments'])
    await appending(moved, 61, 80)
    const expected = Array.from({ length: 80 }, (_, at) => `payload ${at + 1}`)
    for (const member of [moved, back, c]) {
      const lines = (await member.ask('read', undefined)).filter(({ payload }) => payload !== 'the end')
      expect(lines.map(({ payload }) => payload)).toEqual(expected)
    }
  })
})
