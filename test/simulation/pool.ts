import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Batch, Ran } from './messages'

/** One process that runs batches, one at a time. */
class Worker {
  private readonly child: ChildProcess

  constructor() {
    const [, main = ''] = process.argv
    this.child = fork(main, ['worker'])
  }

  run(batch: Batch): Promise<readonly Ran[]> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void =>
        reject(new Error(`A worker has ended with ${String(code)} at seeds ${batch.join()}.`))
      this.child.once('exit', ended)
      this.child.once('message', (ran: readonly Ran[]) => {
        this.child.off('exit', ended)
        resolve(ran)
      })
      this.child.send(batch)
    })
  }

  end(): void {
    this.child.removeAllListeners('exit')
    this.child.disconnect()
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
