import { Harbour, type MemberProcess } from '../process/process'
import { executable, Site, type Page } from './browser'
import { Follower, type Failure, type refusal, type Seen } from './page'

declare global {
  /** In the page: what `page.ts` exports. */
  var page: { readonly Follower: typeof Follower; readonly refusal: typeof refusal }
  var follower: Follower
}

const TOKENS = { writer: true, reader: { append: false } }

const at = ({ self }: MemberProcess): string => self.address

const described = executable === undefined && process.env['CI'] === undefined ? describe.skip : describe

described('a client in a browser (skipped where there is no chromium, but in CI)', () => {
  const harbour = new Harbour()
  let site: Site
  let members: MemberProcess[]

  beforeAll(async () => {
    await harbour.open()
    site = await Site.open()
    members = await harbour.grow(3, { clients: { origins: [site.origin] }, tokens: TOKENS })
  }, 120_000)
  afterAll(async () => {
    await site.close()
    await harbour.close()
  })

  const connect = (page: Page, token: string): Promise<void> =>
    page.evaluate(
      async ([addresses, shown]) => {
        globalThis.follower = await globalThis.page.Follower.connect(addresses, shown)
      },
      [members.map(at), token] as const,
    )
  const append = (page: Page, words: readonly string[]): Promise<readonly number[]> =>
    page.evaluate(all => globalThis.follower.append(all), words)
  const seen = (page: Page): Promise<Seen> => page.evaluate(() => globalThis.follower.seen())

  it('appends exactly once and hears all in order through the crash of a leader, as one in Node does', async () => {
    const page = await site.page()
    await connect(page, 'writer')
    const beside = await Follower.connect(members.map(at), 'writer')
    const words = (from: number): string[] => Array.from({ length: 60 }, (_, word) => `word ${from + word}`)
    await append(page, words(0))
    const appending = append(page, words(100))
    for (const member of members) if ((await member.ask('view', undefined)).role === 'leader') await member.kill()
    await appending
    await append(page, words(200))
    await beside.append(['from Node'])
    const all = [...words(0), ...words(100), ...words(200), 'from Node']
    const [there, here] = [await seen(page), await beside.seen()]
    expect(there.projected.counts).toEqual(Object.fromEntries(all.map(word => [word, 1])))
    expect(there.projected).toEqual(here.projected)
    expect(there.machine).toEqual(here.machine)
    expect(there.machine).toEqual(there.projected)
    expect(there.committed).toHaveLength(all.length)
    expect(there.committed.map(([index]) => index)).toEqual(
      [...there.committed].map(([index]) => index).sort((a, b) => a - b),
    )
    expect(here.committed).toEqual(there.committed)
    await page.evaluate(() => globalThis.follower.stop())
    await beside.stop()
    await page.close()
  }, 120_000)

  it('may do what its token says', async () => {
    const page = await site.page()
    await connect(page, 'reader')
    const failure = await page.evaluate((): Promise<Failure> => globalThis.follower.failing('x'))
    expect(failure).toEqual({ code: 'KAYAK_NOT_AUTHORIZED', outcome: 'rejected' })
    expect((await seen(page)).projected.index).toBeGreaterThan(0)
    await page.close()
  }, 60_000)

  it('is refused with a token that nobody knows, without one, and on a page that is not listed', async () => {
    const refused = (page: Page, token?: string): Promise<string> =>
      page.evaluate(([addresses, shown]) => globalThis.page.refusal(addresses, shown), [
        members.map(at),
        token,
      ] as const)
    const listed = await site.page()
    expect(await refused(listed, 'rubbish')).toBe('KAYAK_NOT_AUTHORIZED')
    expect(await refused(listed)).toBe('KAYAK_NOT_AUTHORIZED')
    const other = await site.page(site.origin.replace('127.0.0.1', 'localhost'))
    // it is cut off before a word is said, and a browser tells a page no more than that
    expect(await refused(other, 'writer')).toBe('KAYAK_TIMEOUT')
    await Promise.all([listed.close(), other.close()])
  }, 60_000)
})
