import { once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Batch, Ran, Told } from './messages'

/** Nothing takes that long but what never ends. */
const MOST_MS = 5 * 60_000

/** One process that runs batches, one at a time. */
class Worker {
  private readonly child: ChildProcess

  constructor() {
    const [, main = ''] = process.argv
    this.child = fork(main, ['worker'])
  }

  async run(batch: Batch): Promise<readonly Ran[]> {
    const { child } = this
    const seed = { now: batch[0], since: performance.now() }
    const over = new AbortController()
    const { signal } = over
    const looking = setInterval(() => performance.now() - seed.since > MOST_MS && child.kill('SIGKILL'), 1000)
    const ran = new Promise<readonly Ran[]>(resolve => {
      const take = (told: Told): void => {
        if ('ran' in told) resolve(told.ran)
        else Object.assign(seed, { now: told.begins, since: performance.now() })
      }
      child.on('message', take)
      signal.addEventListener('abort', () => child.off('message', take))
    })
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`Seed ${String(seed.now)} has ended its process with ${String(code)}, or would not end.`)
    })
    child.send(batch)
    try {
      return await Promise.race([ran, ended])
    } finally {
      clearInterval(looking)
      over.abort()
      ended.catch(() => undefined)
    }
  }

  end(): void {
    this.child.removeAllListeners('exit')
    if (this.child.connected) this.child.disconnect()
  }
}

/** Has batches run on all cores, and takes what comes of each as it comes; the next is asked for only then. */
export async function runAll(batches: Iterator<Batch>, take: (ran: readonly Ran[]) => void): Promise<void> {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker())
  const goOn = async (worker: Worker): Promise<void> => {
    for (let next = batches.next(); next.done !== true; next = batches.next()) take(await worker.run(next.value))
  }
  try {
    await Promise.all(workers.map(goOn))
  } finally {
    for (const worker of workers) worker.end()
  }
}
