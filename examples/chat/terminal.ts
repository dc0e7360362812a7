import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { filter, firstValueFrom, lastValueFrom, ReplaySubject, throwError, timeout } from 'rxjs'
import type { Stage } from '../common/stage.js'

const PATIENCE_MS = 30_000

/** This program in a process of its own, with somebody at its keyboard. */
export class Terminal {
  /** What is on its screen, from the beginning; completes when the process has ended. */
  private readonly line$ = new ReplaySubject<string>()
  /** What has been said, as this one has read it. */
  readonly chat: string[] = []
  private readonly child: ChildProcessByStdio<Writable, Readable, null>

  constructor(
    private readonly name: string,
    { folder }: Stage,
    peer?: string,
  ) {
    const words = ['--name', name, '--folder', join(folder, name), ...(peer === undefined ? [] : ['--join', peer])]
    this.child = spawn(process.execPath, [join(__dirname, '..', 'index.js'), 'chat', ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder },
    })
    createInterface({ input: this.child.stdout }).on('line', line => {
      if (!line.startsWith('(')) this.chat.push(line)
      this.line$.next(line)
    })
    this.child.stdin.on('error', () => undefined) // who types into a process that has ended isn't heard
    this.child.on('close', () => this.line$.complete())
  }

  type(text: string): void {
    this.child.stdin.write(`${text}\n`)
  }

  /** Resolves with the line that has this in it, once it is on the screen. */
  reads(text: string): Promise<string> {
    const missing = () => throwError(() => new Error(`${this.name} has waited in vain for '${text}'.`))
    return firstValueFrom(
      this.line$.pipe(
        filter(line => line.includes(text)),
        timeout({ first: PATIENCE_MS, with: missing }),
      ),
    )
  }

  /** Ends it as Ctrl-D does, or otherwise, and resolves when it is gone. */
  async leave(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (signal === undefined) this.child.stdin.end()
    else this.child.kill(signal)
    await lastValueFrom(this.line$, { defaultValue: undefined })
  }
}
