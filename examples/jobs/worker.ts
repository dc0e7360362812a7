import { defer, filter, from, ignoreElements, map, merge, repeat, switchMap, take, timer, type Observable } from 'rxjs'
import type { Job, JobQueue } from './queue.js'

export interface Worker {
  readonly name: string
  readonly leaseMs: number
  /** May be called more than once for a job: whatever it does must be the same when it is done again. */
  readonly perform: (job: Job) => Promise<unknown>
}

/**
 * Takes one job after the other, and emits each that it has done. At least once: a worker that is lost in the middle leaves
 * its job to the next one, once its lease has run out.
 */
export const working$ = (queue: JobQueue, { name, leaseMs, perform }: Worker): Observable<Job> =>
  defer(() => queue.propose({ type: 'take', worker: name, leaseMs })).pipe(
    switchMap(job => (job === undefined ? nothingToDo$(queue, leaseMs) : performed$(queue, job, perform))),
    repeat(),
  )

const performed$ = (queue: JobQueue, job: Job, perform: Worker['perform']): Observable<Job> =>
  from(perform(job)).pipe(
    switchMap(() => queue.propose({ type: 'done', id: job.id, lease: job.lease })),
    map(() => job),
  )

/** Until there is a job that nobody has taken, or a lease may have run out. */
const nothingToDo$ = (queue: JobQueue, leaseMs: number): Observable<never> =>
  merge(queue.state$.pipe(filter(({ jobs }) => jobs.some(({ lease }) => lease === 0))), timer(leaseMs)).pipe(
    take(1),
    ignoreElements(),
  )
