import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Proxy } from '../client/proxy'
import { Harbour, type MemberProcess } from '../process/process'
import { executable, Site } from './browser'
import { makeCertificate } from './certificate'

const ROOT = join(__dirname, '..', '..')
const TOKENS = { writer: true }

const described = executable === undefined && process.env['CI'] === undefined ? describe.skip : describe

/** A program of a consumer's, which knows nothing of certificates. */
const PROGRAM = `
  import { connect } from 'kayak'
  const [addresses, base, timeoutMs] = JSON.parse(process.argv[1])
  const url = address => base + address.split(':').at(-1)
  const client = await connect(addresses, { token: 'writer', timeoutMs, url })
  console.log((await client.log.append('from Node')).payload)
  await client.stop()
`

described('a client behind TLS (skipped where there is no chromium, but in CI)', () => {
  const harbour = new Harbour()
  let certificate: Awaited<ReturnType<typeof makeCertificate>>
  let site: Site
  let proxy: Proxy
  let addresses: readonly string[]

  beforeAll(async () => {
    await harbour.open()
    certificate = await makeCertificate()
    site = await Site.open(certificate)
    proxy = await Proxy.open(certificate)
    const members = await harbour.grow(3, { clients: { origins: [site.origin] }, tokens: TOKENS })
    addresses = members.map(({ self }: MemberProcess) => self.address)
  }, 120_000)
  afterAll(async () => {
    await proxy.close()
    await site.close()
    await harbour.close()
    await certificate.remove()
  })

  it('is a page that came over HTTPS', async () => {
    const page = await site.page()
    await page.evaluate(
      async ([members, base]) => {
        globalThis.follower = await globalThis.page.Follower.connect(members, 'writer', base)
      },
      [addresses, proxy.base] as const,
    )
    await page.evaluate(() => globalThis.follower.append(['from a page']))
    const { committed } = await page.evaluate(() => globalThis.follower.seen())
    expect(committed.map(([, word]) => word)).toEqual(['from a page'])
    expect(proxy.passed).toBeGreaterThan(0)
    await page.evaluate(() => globalThis.follower.stop())
    await page.close()
  }, 60_000)

  it('is a process that trusts who has signed', async () => {
    const run = (timeoutMs: number, env: NodeJS.ProcessEnv): Promise<{ stdout: string }> => {
      const args = ['--input-type=module', '--eval', PROGRAM, JSON.stringify([addresses, proxy.base, timeoutMs])]
      return promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } })
    }
    expect((await run(30_000, { NODE_EXTRA_CA_CERTS: certificate.path })).stdout).toBe('from Node\n')
    await expect(run(2000, {})).rejects.toThrow('KAYAK_TIMEOUT')
  }, 60_000)
})
