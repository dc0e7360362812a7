/** One member of the main job's cluster: a process that holds a host and its machine, and does what its parent asks. */
import { BehaviorSubject, filter, firstValueFrom, skipWhile } from 'rxjs'
import { isKayakError, join, start, type Host } from 'kayak'
import { Machine, machine$ } from './machine.js'
import type { Asked, Line, Question, Questions, Told } from './messages.js'

const PAGE_LINES = 2000

const tell = (told: Told): Promise<void> =>
  new Promise(resolve => {
    if (process.send === undefined || !process.connected) return resolve()
    process.send(told, undefined, {}, () => resolve())
  })

/** Tells the parent what this member commits, a batch for each turn of the event loop. */
function tellCommits(host: Host): void {
  let batch: Line[] = []
  host.committed$.subscribe(({ index, payload }) => {
    if (batch.length === 0)
      setImmediate(() => {
        void tell({ tell: 'committed', lines: batch })
        batch = []
      })
    batch.push({ index, payload })
  })
}

function tellElections(host: Host): void {
  host.leader$
    .pipe(skipWhile(leader => leader === undefined))
    .subscribe(leader => void tell({ tell: 'leader', leader, term: host.term }))
  host.events$
    .pipe(
      filter(({ type }) => ['election-started', 'leader-elected', 'stepped-down', 'transfer-started'].includes(type)),
    )
    .subscribe(event => void tell({ tell: 'event', event }))
}

const nothing = (): undefined => undefined

type Answers = { [Q in Question]: (what: Questions[Q]['with']) => Promise<Questions[Q]['answer']> }

/** What this process does when it is asked. */
function answers(host: Host, session: string, current$: BehaviorSubject<Machine>): Answers {
  return {
    append: async ({ number, payload }) => (await host.log.append(payload, { id: { session, number } })).index,
    reach: index => firstValueFrom(current$.pipe(filter(machine => machine.index >= index))).then(nothing),
    compact: async () => {
      const { index } = current$.value
      const { bytes } = await host.log.compact(index, current$.value.chunks())
      return { index, bytes }
    },
    page: async from => Promise.resolve(current$.value.lines.slice(from, from + PAGE_LINES)),
    status: async () => {
      const { role, term, roster } = host
      const { index, restoredFrom } = current$.value
      return Promise.resolve({ role, term, voters: roster.voters, index, restoredFrom })
    },
    close: () => host.close().then(nothing),
    stop: () => host.stop().then(nothing),
  }
}

async function answer(all: Answers, { id, question, what }: Asked): Promise<void> {
  try {
    // a question and what comes with it are of one kind, by Questions; the compiler can't tell which
    const ask = all[question] as (what: unknown) => Promise<unknown>
    await tell({ tell: 'answer', id, value: await ask(what) })
  } catch (error) {
    const code = isKayakError(error) ? error.code : 'ERROR'
    await tell({ tell: 'refusal', id, code, message: error instanceof Error ? error.message : String(error) })
  }
  if (question === 'close' || question === 'stop') release()
}

/** Lets go of the parent, after which nothing is left that keeps this process running. */
function release(): void {
  process.off('disconnect', orphaned)
  if (process.connected) process.disconnect()
}

/** Without a parent there is nothing to do; a host needs no farewell, since what it has acknowledged is on disk. */
const orphaned = (): never => process.exit(1)

async function run([dataDir = '', session = '', ...peers]: readonly string[]): Promise<void> {
  process.on('disconnect', orphaned)
  // Ctrl-C reaches every process of the terminal; the parent decides what becomes of this one.
  process.on('SIGINT', () => undefined)
  const address = '127.0.0.1:0'
  const host = await (peers.length === 0 ? start(address, { dataDir }) : join(address, [...peers], { dataDir }))
  const current$ = new BehaviorSubject(new Machine())
  machine$(host.log).subscribe({ next: machine => current$.next(machine), error: fail })
  void tell({ tell: 'ready', self: host.self, head: host.log.head })
  tellCommits(host)
  tellElections(host)
  const all = answers(host, session, current$)
  // the channel carries only what crew.ts sends
  process.on('message', message => void answer(all, message as Asked))
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  void tell({ tell: 'failed', message }).then(() => process.exit(1))
}

run(process.argv.slice(2)).catch(fail)
