import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { filter, firstValueFrom, map, Subject } from 'rxjs'
import type { Member } from 'kayak'
import type { Asked, Question, Questions, Told } from './messages.js'

/** A member's process said no, or is gone: `code` is kayak's, or `GONE`. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Refusal) => void
}

/** A member in a process of its own. The folder outlives it. */
export class Sailor {
  self: Member = { id: '', address: '' }
  /** Index of the last entry in its folder when it began. */
  head = 0
  isUp = false
  readonly told$ = new Subject<Told>()
  /** Resolves with what the process has ended with. */
  readonly ended: Promise<string>
  private readonly child: ChildProcess
  private readonly waiting = new Map<number, Waiting>()
  private count = 0
  private isEndExpected = false

  constructor(
    readonly name: string,
    dataDir: string,
    session: string,
    peers: readonly string[],
  ) {
    this.child = fork(join(__dirname, 'member.js'), [dataDir, session, ...peers], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    })
    // the channel carries only what member.ts tells
    this.child.on('message', message => this.hear(message as Told))
    this.ended = new Promise(resolve => {
      this.child.once('error', ({ message }) => resolve(this.end(message)))
      this.child.once('exit', (code, signal) => resolve(this.end(signal ?? `exit status ${String(code)}`)))
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Asks the process, and resolves with its answer. Rejects with a {@link Refusal}. */
  ask<Q extends Question>(question: Q, what: Questions[Q]['with']): Promise<Questions[Q]['answer']> {
    return new Promise((resolve, reject) => {
      const id = ++this.count
      // the answer is of the question's kind, as member.ts is written by the same table
      this.waiting.set(id, { resolve: value => resolve(value as Questions[Q]['answer']), reject })
      const asked: Asked = { id, question, what }
      if (!this.child.connected) return this.gone(id)
      this.child.send(asked, error => {
        if (error !== null) this.gone(id)
      })
    })
  }

  /** Says that from now on the end of the process is no accident. */
  expectEnd(): void {
    this.isEndExpected = true
  }

  kill(): void {
    this.expectEnd()
    this.child.kill('SIGKILL')
  }

  private end(how: string): string {
    this.isUp = false
    for (const id of [...this.waiting.keys()]) this.gone(id)
    if (!this.isEndExpected) this.told$.next({ tell: 'failed', message: `its process has ended: ${how}` })
    this.told$.complete()
    return how
  }

  private gone(id: number): void {
    this.settle(id)?.reject(new Refusal('GONE', `The process of ${this.name} is gone.`))
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    return waiting
  }

  private hear(told: Told): void {
    if (told.tell === 'answer') return this.settle(told.id)?.resolve(told.value)
    if (told.tell === 'refusal') return this.settle(told.id)?.reject(new Refusal(told.code, told.message))
    if (told.tell === 'ready') {
      this.self = told.self
      this.head = told.head
      this.isUp = true
    }
    this.told$.next(told)
  }
}

/** What a member's process has told, and which it was. */
export interface Report {
  readonly from: Sailor
  readonly told: Told
}

/** All the members' processes. */
export class Crew {
  private readonly reports = new Subject<Report>()
  /** What members tell. Errors when one fails that should not. */
  readonly reports$ = this.reports.asObservable()
  /** Those that are up and take appends. */
  sailors: readonly Sailor[] = []
  private readonly living = new Set<Sailor>()
  private isDismissed = false
  private turn = 0
  private leading: { readonly sailor: Sailor; readonly term: number } | undefined

  constructor(
    private readonly folder: string,
    private readonly session: string,
  ) {}

  /** Starts a member's process, and resolves once its host is up. Without peers it founds a cluster, or goes on. */
  async muster(name: string, peers: readonly string[] = []): Promise<Sailor> {
    if (this.isDismissed) throw new Refusal('GONE', 'The crew has been dismissed.')
    const sailor = new Sailor(name, join(this.folder, name), this.session, peers)
    this.living.add(sailor)
    void sailor.ended.then(() => this.living.delete(sailor))
    sailor.told$.subscribe({ next: told => this.hear(sailor, told), complete: () => this.retire(sailor) })
    const isReady$ = sailor.told$.pipe(
      filter(({ tell }) => tell === 'ready'),
      map(() => sailor),
    )
    await firstValueFrom(isReady$, { defaultValue: undefined })
    if (!sailor.isUp) throw new Refusal('GONE', `The process of ${name} has ended before its host was up.`)
    this.sailors = [...this.sailors, sailor].sort((one, other) => (one.name < other.name ? -1 : 1))
    return sailor
  }

  /** The next in turn. */
  next(): Sailor {
    const sailor = this.sailors[this.turn++ % this.sailors.length]
    if (sailor === undefined) throw new Refusal('GONE', 'No member is left.')
    return sailor
  }

  /** Who leads, as far as its members have told. */
  get leader(): Sailor {
    if (this.leading === undefined) throw new Refusal('GONE', 'No member has told who leads.')
    return this.leading.sailor
  }

  /** Who has an id, if its process is there. */
  withId(id: string | undefined): Sailor | undefined {
    return [...this.living].find(({ self }) => self.id === id)
  }

  /** Gives a member no more appends. */
  retire(sailor: Sailor): void {
    this.sailors = this.sailors.filter(one => one !== sailor)
  }

  /** Ends every process: by asking, and by SIGKILL where there is no host yet, or where it takes too long. */
  async dismiss(patienceMs: number): Promise<void> {
    this.isDismissed = true
    const all = [...this.living]
    for (const sailor of all) {
      sailor.expectEnd()
      if (sailor.isUp) sailor.ask('stop', undefined).catch(() => undefined)
      else sailor.kill()
    }
    const late = setTimeout(() => this.kill(), patienceMs)
    await Promise.all(all.map(({ ended }) => ended))
    clearTimeout(late)
  }

  /** Ends every process that is still there, at once. */
  kill(): void {
    for (const sailor of this.living) sailor.kill()
  }

  private hear(from: Sailor, told: Told): void {
    if (told.tell === 'leader') {
      const sailor = this.withId(told.leader?.id)
      if (sailor !== undefined && told.term >= (this.leading?.term ?? 0)) this.leading = { sailor, term: told.term }
    }
    if (told.tell === 'failed' && !this.isDismissed)
      this.reports.error(new Refusal('GONE', `Member ${from.name} has failed: ${told.message}.`))
    else this.reports.next({ from, told })
  }
}
