import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const EXAMPLE = join(__dirname, '..', '..', 'dist', 'examples', 'index.js')

describe('the example of a machine of one’s own', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kayak-test-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function run(...args: readonly string[]) {
    const env = { ...process.env, TMPDIR: folder }
    const { status, stdout, stderr } = spawnSync(process.execPath, [EXAMPLE, 'own-machine', ...args], {
      encoding: 'utf8',
      env,
    })
    return { status, lines: stdout.trim().split('\n'), stderr }
  }

  it('finds the bug, makes the run small, writes a page, and finds nothing once it is mended', () => {
    const { status, lines, stderr } = run()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [title, failure = '', shrunk = '', takes, again, page, mended, nothing] = lines
    expect([title, mended]).toEqual([
      'A ticket office whose snapshots forget the seats that are held:',
      'The same, mended:',
    ])
    const seed = /^ {2}seed (\d+) fails: (entry \d+ gave .* to another|what clients have seen .*)$/.exec(failure)?.[1]
    expect(seed).toBeDefined()
    const sizes = /^ {2}shrunk by \d+ runs: (\d+) faults to (\d+)$/.exec(shrunk)?.slice(1).map(Number) ?? []
    expect(sizes).toHaveLength(2)
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0)
    // somebody has to go on from a snapshot
    expect(takes).toContain('compaction')
    expect(again).toBe(`  run it again: npm run example own-machine ${String(seed)}`)
    expect(page).toBe(`  see it: ${join(folder, readdirSync(folder)[0] ?? '')}`)
    expect(nothing).toMatch(/^ {2}nothing found with \d+ seeds$/)
    const html = readFileSync(page?.replace('  see it: ', '') ?? '', 'utf8')
    expect(html).toContain(`<title>The ticket office, seed ${String(seed)}</title>`)

    // by its seed alone it fails in the same way
    expect(run(String(seed)).lines.slice(0, -1)).toEqual(lines.slice(0, -1))
  })

  it('says what is wrong with a seed that is none', () => {
    const { status, lines, stderr } = run('one')
    expect({ status, lines, stderr }).toEqual({
      status: 2,
      lines: [''],
      stderr: 'A seed is a whole number, not one.\n',
    })
  })
})
