import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export const ROOT = resolve(__dirname, '..', '..')
const PROGRAM = join(ROOT, 'dist', 'examples', 'index.js')

export interface Ended {
  readonly status: number | null
  readonly lines: readonly string[]
  readonly errors: string
}

/** A place where programs run, of which nothing is left after it. */
export class Place {
  private readonly children = new Set<ChildProcess>()
  private root = ''

  async open(): Promise<void> {
    this.root = await mkdtemp(join(tmpdir(), 'kayak-examples-'))
    await mkdir(this.temporary)
  }

  async close(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    this.children.clear()
    await rm(this.root, { recursive: true, force: true })
  }

  /** Runs the examples' program with words, and with nobody at its keyboard. */
  async run(
    words: readonly string[],
    hear: (line: string, child: ChildProcess) => void = () => undefined,
  ): Promise<Ended> {
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: this.temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.children.add(child)
    const lines: string[] = []
    let errors = ''
    child.stderr.on('data', chunk => (errors += String(chunk)))
    createInterface({ input: child.stdout }).on('line', line => {
      lines.push(line)
      hear(line, child)
    })
    await once(child, 'close')
    return { status: child.exitCode, lines, errors }
  }

  /** What is left of them: files, and processes, each of which has the folder in its environment. */
  async leftovers(): Promise<readonly string[]> {
    const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name) && name !== String(process.pid))
    const processes = await Promise.all(
      pids.map(async pid => {
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
        return environment.includes(this.temporary) ? [`process ${pid}`] : []
      }),
    )
    return [...(await readdir(this.temporary)), ...processes.flat()]
  }

  private get temporary(): string {
    return join(this.root, 'tmp')
  }
}
