import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(__dirname, '..', '..')
const EXAMPLE = join(ROOT, 'dist', 'examples', 'index.js')

interface Ended {
  readonly status: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

describe('the main job', () => {
  let folder: string
  let temporary: string
  const children = new Set<ChildProcess>()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kayak-test-'))
    temporary = join(folder, 'tmp')
    await mkdir(temporary)
  })
  afterEach(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    children.clear()
    await rm(folder, { recursive: true, force: true })
  })

  function begin(...args: readonly string[]): ChildProcess {
    const env = { ...process.env, TMPDIR: temporary }
    const child = spawn(process.execPath, [EXAMPLE, 'main-job', ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    return child
  }

  async function end(child: ChildProcess, hear: (line: string) => void = () => undefined): Promise<Ended> {
    const lines: string[] = []
    let errors = ''
    if (child.stdout === null || child.stderr === null) throw new Error('The process has no pipes.')
    child.stderr.on('data', chunk => (errors += String(chunk)))
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line)
      hear(line)
    })
    await once(child, 'close')
    return { status: child.exitCode, lines, errors }
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await readdir(temporary)).toEqual([])
    // each of its processes has the folder among its arguments
    const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
    const commands = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    expect(commands.filter(command => command.includes(temporary))).toEqual([])
  }

  it('tells the whole story, agrees with its input, and leaves nothing', async () => {
    const { status, lines, errors } = await end(begin())
    expect(errors).toBe('')
    expect(status).toBe(0)
    const story = lines.join('\n')
    for (const part of [/SIGKILL/, /elect/i, /catch|caught/i, /compact/i, /snapshot/i, /clos/i])
      expect(story).toMatch(part)
    const verdict = /^(\d+) lines acknowledged, (\d+) committed once, in one order, on (\d+) members$/m.exec(story)
    const count = (await readFile(join(ROOT, 'examples', 'main-job', 'voyage.txt'), 'utf8'))
      .split('\n')
      .filter((line, at, all) => line !== '' || at < all.length - 1).length
    expect(verdict?.slice(1)).toEqual([String(count), String(count), '3'])
    // a pipe gets no colours and no lines that are written over
    expect(story).not.toMatch(/[\u001b\r]/)
    await expectNothingLeft()
  })

  it('takes a file of one’s own, with lines that are empty, equal, long or strange', async () => {
    const own = ['', 'same', 'same', '', 'x'.repeat(100_000), 'ünïcödé 🛶', '\u0000\u0007', 'last, without a newline']
    const file = join(folder, 'own.txt')
    await writeFile(file, own.join('\n'))
    const { status, lines, errors } = await end(begin(file))
    expect(errors).toBe('')
    expect(status).toBe(0)
    expect(lines).toContain('8 lines acknowledged, 8 committed once, in one order, on 3 members')
  })

  it.each([
    ['a file that is not there', ['no-such-file.txt']],
    ['a folder', [ROOT]],
    ['two files', ['one.txt', 'two.txt']],
  ])('says what is wrong with %s', async (_, args) => {
    const { status, errors } = await end(begin(...args))
    expect(status).not.toBe(0)
    expect(errors).toContain(args[0] === 'one.txt' ? 'One file at a time' : (args[0] ?? ''))
    expect(errors).not.toContain('    at ')
    await expectNothingLeft()
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly by %s in the middle', async signal => {
    const child = begin()
    const { status, lines } = await end(child, line => {
      if (line.includes('SIGKILL')) child.kill(signal)
    })
    expect(status).toBe(signal === 'SIGINT' ? 130 : 143)
    expect(lines.join('\n')).toContain(`Stopped by ${signal}`)
    await expectNothingLeft()
  })
})
