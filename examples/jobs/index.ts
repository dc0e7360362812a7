/** A job queue with leases: three workers, two of which are lost in the middle; every letter is written, and once. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filter, firstValueFrom, ignoreElements, lastValueFrom, merge } from 'rxjs'
import { claim, onStage, say, type Stage } from '../common/stage.js'
import { trio } from '../common/trio.js'
import { codec, queueOn, type Command, type Job } from './queue.js'
import { working$, type Worker } from './worker.js'

const JOBS = 20
const LEASE_MS = 300

/** What is done elsewhere: one file a job, made by whoever comes first. So it is there once, however often it is done. */
class Letters {
  readonly written: string[] = []

  constructor(readonly folder: string) {}

  async write({ id, what }: Job): Promise<void> {
    const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST'
    try {
      await writeFile(join(this.folder, id), what, { flag: 'wx' })
      this.written.push(id)
    } catch (error) {
      if (!isThere(error)) throw error
      say(`  ${id} is there already`)
    }
  }
}

/** A worker that is lost at its second job: before it has done anything, or after, but before it could say so. */
function fragile(name: string, letters: Letters, when: 'before' | 'after'): Worker {
  let count = 0
  const perform = async (job: Job): Promise<void> => {
    const isLost = ++count === 2
    if (!isLost || when === 'after') await letters.write(job)
    if (!isLost) return
    say(`  ${name} is lost ${when} writing ${job.id}`)
    throw new Error('lost')
  }
  return { name, leaseMs: LEASE_MS, perform }
}

async function play(stage: Stage): Promise<void> {
  await using cluster = await trio<Command>(stage, () => ({ codec }))
  const [a, b, c] = cluster.hosts.map(queueOn)
  if (a === undefined || b === undefined || c === undefined) throw new Error('There are three.')
  const letters = new Letters(join(stage.folder, 'letters'))
  await mkdir(letters.folder)

  const ids = Array.from({ length: JOBS }, (_, at) => `letter-${at + 1}`)
  const adding = [...ids, ...ids].map(id => a.propose({ type: 'add', id, what: `Dear reader of ${id}` }))
  claim(
    `${JOBS} jobs are added, each of them twice, and are there once`,
    (await Promise.all(adding)).filter(Boolean).length === JOBS,
  )

  const ann = working$(a, fragile('ann', letters, 'before'))
  const bob = working$(b, fragile('bob', letters, 'after'))
  await Promise.allSettled([lastValueFrom(ann), lastValueFrom(bob)])
  const cleo = { name: 'cleo', leaseMs: LEASE_MS, perform: (job: Job) => letters.write(job) }
  const allDone$ = c.state$.pipe(filter(({ done }) => done.size === JOBS))
  const { done } = await firstValueFrom(merge(working$(c, cleo).pipe(ignoreElements()), allDone$))

  claim(
    'all jobs are done',
    ids.every(id => done.has(id)),
  )
  claim('what ann and bob have left was taken again', [...done].filter(([, attempts]) => attempts > 1).length >= 2)
  claim('each letter was written, and once', letters.written.toSorted().join() === ids.toSorted().join())
}

export const run = (args: readonly string[]): Promise<number> => onStage(args, play)
