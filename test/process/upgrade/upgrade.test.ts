import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Load } from '../load'
import { failing, Harbour, Refused, type Line, type MemberProcess, type StorageName } from '../process'

const NAMES = ['a', 'b', 'c'] as const
/** Each storage has files of its own. */
const STORAGES: Readonly<Record<string, StorageName>> = { a: 'nedb', b: 'nedb', c: 'segments' }
/** A bound for what hangs. */
const HANGS_MS = 240_000

const indexesOf = (lines: readonly Line[], payload: string): readonly number[] =>
  lines.flatMap(line => (line.payload === payload ? [line.index] : []))

/** Pretended versions: 2 speaks 1 to 2, and 3 speaks 2 to 3. Their files of a log are of another format than this one's. */
describe('processes of neighbouring versions', () => {
  const harbour = new Harbour()
  const running = new Map<string, MemberProcess>()
  const load = new Load(() => [...running.values()], 8, 5)
  let bundles: string
  const version = (number: 2 | 3): string => join(bundles, `version-${number}.cjs`)
  const launch = { options: { joinTimeoutMs: 60_000 } }

  beforeAll(async () => {
    await harbour.open()
    // where their packages are found from
    const cache = join(__dirname, '../../../node_modules/.cache')
    await mkdir(cache, { recursive: true })
    bundles = await mkdtemp(join(cache, 'kayak-versions-'))
    await promisify(execFile)(process.execPath, [join(__dirname, 'versions.cjs'), bundles])
  }, HANGS_MS)
  afterAll(async () => {
    load.abandon()
    await harbour.close()
    await rm(bundles, { recursive: true, force: true })
  })

  const member = (name: string): MemberProcess => {
    const found = running.get(name)
    if (found === undefined) throw new Error(`${name} doesn't run.`)
    return found
  }

  async function stop(name: string): Promise<void> {
    const stopping = member(name)
    running.delete(name)
    await stopping.ask('stop', undefined)
    expect(await stopping.ended).toBe(0)
  }

  async function leader(): Promise<string> {
    for (;;) for (const [name, one] of running) if ((await one.ask('view', undefined)).role === 'leader') return name
  }

  /** A busy machine may elect in the midst of it: then another leads, or nobody has taken over in time. */
  async function handOver(to: string): Promise<void> {
    for (let leads = await leader(); leads !== to; leads = await leader())
      try {
        await member(leads).ask('transfer', { to: member(to).self.id })
      } catch (error) {
        if (!(error instanceof Refused) || !['KAYAK_INVALID', 'KAYAK_TIMEOUT'].includes(error.code)) throw error
      }
  }

  /** Another version on the same folder, once the one before has stopped and the others have gone on without it. */
  async function upgrade(name: string): Promise<void> {
    const { self } = member(name)
    await stop(name)
    await load.more(20)
    const upgraded = await harbour.start(name, { kayak: version(2), storage: STORAGES[name] })
    expect(upgraded.self).toEqual(self)
    running.set(name, upgraded)
    await load.more(40)
  }

  /** Each that was acknowledged is there once, in one order, on each. */
  async function expectAll(): Promise<void> {
    const read: (readonly Line[])[] = []
    for (const name of NAMES) read.push(await member(name).ask('read', undefined))
    const most = read.reduce((most, lines) => (lines.length > most.length ? lines : most))
    for (const lines of read) expect(lines).toEqual(most.slice(0, lines.length))
    for (const [payload, index] of load.acknowledged)
      expect([payload, indexesOf(most, payload)]).toEqual([payload, [index]])
    expect(new Set(most.map(({ payload }) => payload)).size).toBe(load.acknowledged.size + 1)
  }

  test(
    'are upgraded one by one under load, the leader last, and lose nothing',
    async () => {
      for (const name of NAMES) {
        const peers = [...running.values()].map(({ self }) => self.address)
        running.set(name, await harbour.start(name, { storage: STORAGES[name], ...(peers.length > 0 && { peers }) }))
      }
      await load.more(60)
      let last = ''
      for (const done: string[] = []; done.length < NAMES.length;) {
        const leads = await leader()
        const next = NAMES.find(name => !done.includes(name) && name !== leads) ?? leads
        await upgrade(next)
        done.push(next)
        last = next
        if (done.length === 1) {
          // one of the next version leads some of this one, too
          await handOver(next)
          await load.more(40)
          await handOver(leads)
        }
        // as long as one is left that speaks no other, all write what it reads
        if (done.length === NAMES.length) break
        for (const name of done) {
          const { peers, batches } = await member(name).ask('versions', undefined)
          for (const other of NAMES.filter(old => !done.includes(old)))
            expect(peers[member(other).self.id] ?? 1).toBe(1)
          expect(batches).toBe(0)
        }
      }
      for (const name of NAMES) expect((await member(name).ask('versions', undefined)).batches).toBe(0)
      await member('a').ask('change', { steps: [{ type: 'settle', settings: { version: 2 } }] })
      await load.more(60)
      await load.stop()
      await expectAll()
      const told = await Promise.all(NAMES.map(name => member(name).ask('versions', undefined)))
      expect(told.reduce((sum, { batches }) => sum + batches, 0)).toBeGreaterThan(0)
      // whoever has talked to the last one since it was upgraded: that the others know of each other is not said
      expect(told.map(({ peers }) => peers[member(last).self.id])).toContain(2)
    },
    HANGS_MS,
  )

  test(
    'let nobody in who does not speak what they have gone on to',
    async () => {
      const { voters } = (await member('a').ask('view', undefined)).roster
      const { code, message } = await failing(harbour.start('old', { ...launch, peers: [member('a').self.address] }))
      expect([code, message]).toEqual(['KAYAK_VERSION', expect.stringContaining('gone on to version 2')])
      expect((await member('a').ask('view', undefined)).roster).toMatchObject({ voters, learners: [] })
    },
    HANGS_MS,
  )

  test(
    'talk to the version after theirs, and to no later one',
    async () => {
      const third = await harbour.start('third', { ...launch, peers: [member('a').self.address], kayak: version(3) })
      const index = await third.ask('append', { payload: 'by the third version' })
      const lines = await third.ask('read', undefined)
      expect(indexesOf(lines, 'by the third version')).toEqual([index])
      expect((await member('a').ask('versions', undefined)).peers[third.self.id]).toBe(2)

      const first = await harbour.start('first')
      const stranger = { ...launch, peers: [first.self.address], kayak: version(3) }
      const { code, message } = await failing(harbour.start('stranger', stranger))
      expect([code, message]).toEqual(['KAYAK_VERSION', expect.stringContaining('upgrade the side of version 1')])
      const { refused } = await first.ask('versions', undefined)
      expect(refused).toEqual([expect.stringMatching(/^KAYAK_VERSION: .*version 1, the other versions 2 to 3/)])
    },
    HANGS_MS,
  )

  test(
    'leave folders that an earlier one refuses by the file, and that go on in theirs',
    async () => {
      for (const [name, file] of Object.entries({ b: 'log-', c: 'state.kayak' })) {
        const storage = STORAGES[name]
        await stop(name)
        const { code, message } = await failing(harbour.start(name, { storage }))
        expect([code, message]).toEqual(['KAYAK_VERSION', expect.stringContaining(join(harbour.folder(name), file))])
        running.set(name, await harbour.start(name, { kayak: version(3), storage }))
        expect(await member(name).ask('barrier', undefined)).toBeGreaterThan(0)
      }
    },
    HANGS_MS,
  )
})
