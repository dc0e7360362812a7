import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const GRACE_MS = 5000

/** The processes and folders of a run, of which nothing is left however it ends. */
export class Workshop {
  private readonly children = new Set<ChildProcess>()
  private readonly root: string
  private count = 0

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true })
    this.root = mkdtempSync(join(dir, 'kayak-bench-'))
    process.on('exit', () => this.clear())
    for (const signal of ENDING) process.on(signal, () => process.exit(130))
  }

  /** A new folder. */
  folder(name: string): string {
    const path = join(this.root, `${++this.count}-${name}`)
    mkdirSync(path)
    return path
  }

  /** Gives a folder's room back. */
  remove(path: string): void {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  }

  /** This very program in another process, in another role, as a consumer would run it. */
  fork(role: string, words: readonly string[] = [], execArgv: readonly string[] = []): ChildProcess {
    const [, main = ''] = process.argv
    const env = { ...process.env, NODE_ENV: 'production' }
    return this.keep(
      fork(main, [role, ...words], { execArgv: [...execArgv], env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    )
  }

  /** Another program, which is spoken to by lines, or not at all. */
  spawn(command: string, words: readonly string[], how: 'lines' | 'silent' = 'lines'): ChildProcess {
    return this.keep(spawn(command, [...words], { stdio: how === 'silent' ? 'ignore' : ['pipe', 'pipe', 'inherit'] }))
  }

  /** Ends a process, at once or with a while to end by itself, and resolves when it is gone. */
  async end(child: ChildProcess, how: 'now' | 'gently' = 'now'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    if (how === 'now') child.kill('SIGKILL')
    else if (child.connected) child.disconnect()
    else child.stdin?.end()
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await gone
    clearTimeout(late)
  }

  private keep(child: ChildProcess): ChildProcess {
    this.children.add(child)
    child.on('exit', () => this.children.delete(child))
    child.on('error', () => this.children.delete(child))
    return child
  }

  private clear(): void {
    for (const child of this.children) child.kill('SIGKILL')
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 })
  }
}
