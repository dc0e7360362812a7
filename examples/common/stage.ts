/** What all examples share: a folder that is removed at the end, an end by Ctrl-C, and words for what happens. */
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What an example is given. */
export interface Stage {
  /** A temporary folder of its own. */
  readonly folder: string
  /** Aborted by Ctrl-C. Hosts are given it, and so whatever waits for them ends. */
  readonly signal: AbortSignal
  /** What stands behind its name on the command line. */
  readonly args: readonly string[]
}

export const say = (line = ''): void => console.log(line)

/** Says what an example claims, or fails where it isn't so. */
export function claim(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`It isn't so: ${what}.`)
  say(`  ✓ ${what}`)
}

/** Resolves at Ctrl-C. */
export const interrupted = ({ signal }: Stage): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Plays an example, and gives its exit status: 0, 1 with what was wrong, or what a signal stands for. */
export async function onStage(args: readonly string[], play: (stage: Stage) => Promise<void>): Promise<number> {
  const interruption = new AbortController()
  const stopBy = (signal: 'SIGINT' | 'SIGTERM'): void => interruption.abort(signal)
  // only once: a second Ctrl-C ends the process at once
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stopBy)
  const folder = await mkdtemp(join(tmpdir(), 'kayak-example-'))
  try {
    await play({ folder, signal: interruption.signal, args })
  } catch (error) {
    if (!interruption.signal.aborted) {
      console.error(error)
      return 1
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stopBy)
  }
  if (!interruption.signal.aborted) return 0
  say(`Stopped by ${String(interruption.signal.reason)}.`)
  return 128 + (interruption.signal.reason === 'SIGINT' ? constants.signals.SIGINT : constants.signals.SIGTERM)
}
