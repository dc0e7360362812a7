import { stat, watch } from 'node:fs/promises'
import { join } from 'node:path'
import { rolesOf } from './members'
import { Harbour, type MemberProcess } from './process'

const KiB = 1024
const MiB = 1024 * KiB
/** More than is kept of a log for members that lag a little, in entries that one message can carry. */
const BURST = { count: 18, bytes: MiB - 1, timeoutMs: 60_000 }
const QUICK = { compactEntries: 0 }
/** So slow that it is under way for long enough to be seen. */
const SLOW = { ...QUICK, snapshotBytesPerSecond: 64 * KiB }
/** What a snapshot is called while it is on its way. */
const UNFINISHED = 'snapshot.unfinished'

describe('a snapshot whose sender is killed', () => {
  const harbour = new Harbour()
  beforeAll(() => harbour.open())
  afterAll(() => harbour.close())

  /** Once more of it than so many bytes has arrived, and how much. */
  async function arrived(folder: string, bytes: number): Promise<number> {
    for await (const { filename } of watch(folder)) {
      if (filename !== UNFINISHED) continue
      const { size } = await stat(join(folder, UNFINISHED))
      if (size > bytes) return size
    }
    throw new Error('The folder is gone.')
  }

  it('is installed all the same, from the next leader, and from one that was started again', async () => {
    const members = await harbour.grow(3, SLOW)
    const nameOf = (member: MemberProcess): string => 'abc'.charAt(members.indexOf(member))
    const [first, second, receiver] = await rolesOf(members)
    const folder = harbour.folder(nameOf(receiver))
    await receiver.kill()
    expect((await first.ask('burst', BURST)).ends).toEqual({ done: BURST.count })
    const expected = await second.ask('state', undefined)
    for (const member of [first, second]) await member.ask('compact', { bytes: MiB })
    expect(await first.ask('cut', undefined)).toBeGreaterThan(BURST.count)

    const late = await harbour.start(nameOf(receiver), { options: SLOW })
    const installed = ({ compactions }: MemberProcess) => compactions.find(({ type }) => type === 'installed')
    const part = await arrived(folder, 0)
    await first.kill()
    // it lacks too much to lead itself
    expect(await arrived(folder, part)).toBeLessThan(MiB)
    await second.kill()
    expect(installed(late)).toBeUndefined()
    const again = await harbour.start(nameOf(second), { options: QUICK })
    expect((await late.until(installed)).bytes).toBeGreaterThanOrEqual(MiB)
    expect(await late.ask('state', undefined)).toEqual(expected)

    const back = await harbour.start(nameOf(first), { options: QUICK })
    await late.ask('append', { payload: 'by the one that lagged' })
    const states = await Promise.all([late, again, back].map(member => member.ask('state', undefined)))
    expect(new Set(states.map(({ digest }) => digest)).size).toBe(1)
    expect(states[0]?.count).toBe(expected.count + 1)
  }, 240_000)
})
