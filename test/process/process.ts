import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostEvent } from '../../streams/contracts/events'
import type { AppendId, ChangeOptions, Compaction, Member, ReadLevel, ReadOptions } from '../../streams/contracts/host'
import type { RosterStep } from '../../streams/rules/membership'

export interface Failure {
  readonly code: string
  readonly outcome?: 'rejected' | 'unknown'
  readonly message: string
}

/** What a member's process answers instead of a value. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly outcome?: 'rejected' | 'unknown',
  ) {
    super(message)
  }
}

export interface Line {
  readonly index: number
  readonly payload: string
}

export interface View {
  readonly role: string
  readonly term: number
  readonly leader: { readonly id: string; readonly address: string } | undefined
  readonly roster: { readonly index: number; readonly voters: readonly Member[]; readonly learners: readonly Member[] }
  readonly committed: number
}

/** What a member with `compactEntries` keeps of all that has committed. */
export interface State {
  readonly count: number
  readonly digest: string
}

type Changing = Omit<ChangeOptions, 'signal'>

/** What may be asked, with what, and what is answered. */
export interface Questions {
  append: [{ payload: string; id?: AppendId; since?: number; timeoutMs?: number }, number]
  query: [{ payload: string; level: ReadLevel } & ReadOptions, { readonly has: boolean; readonly token: string }]
  read: [undefined, readonly Line[]]
  barrier: [undefined, number]
  view: [undefined, View]
  versions: [undefined, { peers: Readonly<Record<string, number>>; refused: readonly string[]; batches: number }]
  names: [{ count: number }, undefined]
  burst: [
    { count: number; bytes: number; timeoutMs: number },
    { readonly ends: Readonly<Record<string, number>>; readonly budgets: readonly string[] },
  ]
  dawdle: [undefined, undefined]
  dawdled: [undefined, number]
  remove: [{ id: string } & Changing, View['roster']]
  change: [{ steps: readonly RosterStep[] } & Changing, View['roster']]
  transfer: [{ to: string; timeoutMs?: number }, { readonly id: string }]
  state: [undefined, State]
  compact: [{ bytes: number }, number]
  cut: [undefined, number]
  close: [undefined, undefined]
  stop: [undefined, undefined]
}

interface Told {
  readonly id?: number
  readonly value?: unknown
  readonly error?: Failure
  readonly ready?: { readonly id: string; readonly address: string }
  readonly failed?: Failure
  readonly committed?: Line
  readonly event?: HostEvent
  readonly compaction?: Compaction
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export type StorageName = 'nedb' | 'segments'

export interface Launch {
  readonly address?: string
  readonly dataDir: string
  readonly peers?: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
  /** What keeps its folder; by default what a host takes by itself. */
  readonly storage?: StorageName | undefined
  /** The file of another version of kayak; by default the package as it is built. */
  readonly kayak?: string | undefined
}

const MEMBER = join(__dirname, 'member.cjs')
const BUILT = join(__dirname, '..', '..', 'dist', 'lib', 'index.js')
/** Short enough for a test that elects often, long enough for a machine that is busy. */
const SETTINGS = { electionTimeoutMs: 400, heartbeatMs: 50 }

/** A member in a process of its own. */
export class MemberProcess {
  self = { id: '', address: '' }
  /** What its `committed$` has told. */
  readonly committed: Line[] = []
  /** What its `events$` has told. */
  readonly events: HostEvent[] = []
  /** What its `compaction$` has told. */
  readonly compactions: Compaction[] = []
  /** How the process has ended: a signal, or an exit status. */
  readonly ended: Promise<string | number>
  hasEnded = false
  readonly child: ChildProcess
  private readonly waiting = new Map<number, Waiting>()
  private readonly up: Promise<void>
  private count = 0

  constructor({ address = '127.0.0.1:0', dataDir, peers, options, storage, kayak }: Launch) {
    const what = { address, dataDir, peers, kayak, storage, options: { ...SETTINGS, ...options } }
    this.child = fork(MEMBER, [JSON.stringify(what)], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.up = new Promise((resolve, reject) => this.waiting.set(0, { resolve: () => resolve(), reject }))
    this.up.catch(() => undefined)
    // the channel carries only what member.cjs tells
    this.child.on('message', told => this.hear(told as Told))
    this.ended = once(this.child, 'exit').then(([code, signal]: unknown[]) => {
      this.hasEnded = true
      for (const { reject } of this.waiting.values()) reject(new Refused('GONE', 'The process has ended.'))
      this.waiting.clear()
      return typeof signal === 'string' ? signal : Number(code)
    })
  }

  /** Resolves once its host is up; rejects with what has kept it from that. */
  async ready(): Promise<this> {
    await this.up
    return this
  }

  ask<Q extends keyof Questions>(ask: Q, what: Questions[Q][0]): Promise<Questions[Q][1]> {
    return new Promise((resolve, reject) => {
      if (!this.child.connected) return reject(new Refused('GONE', 'The process has ended.'))
      const id = ++this.count
      // what member.cjs answers to this question
      this.waiting.set(id, { resolve: value => resolve(value as Questions[Q][1]), reject })
      this.child.send({ id, ask, what }, error => {
        if (error !== null) this.settle(id)?.reject(new Refused('GONE', 'The process has ended.'))
      })
    })
  }

  /** Resolves with what `find` gives once something that it tells makes it give anything. */
  async until<T>(find: (member: this) => T | undefined): Promise<T> {
    for (;;) {
      const found = find(this)
      if (found !== undefined) return found
      if (this.hasEnded) throw new Refused('GONE', 'The process has ended.')
      await Promise.race([once(this.child, 'message'), this.ended])
    }
  }

  /** Lets it do nothing until it is woken: it still has its connections. */
  pause(): void {
    this.child.kill('SIGSTOP')
  }

  wake(): void {
    this.child.kill('SIGCONT')
  }

  /** Ends it with no chance to say anything, and resolves once it is gone. */
  async kill(): Promise<void> {
    if (!this.hasEnded) this.child.kill('SIGKILL')
    await this.ended
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    return waiting
  }

  private hear({ id, value, error, ready, failed, committed, event, compaction }: Told): void {
    if (committed !== undefined) return void this.committed.push(committed)
    if (event !== undefined) return void this.events.push(event)
    if (compaction !== undefined) return void this.compactions.push(compaction)
    if (ready !== undefined) {
      this.self = ready
      return this.settle(0)?.resolve(undefined)
    }
    if (failed !== undefined) return this.settle(0)?.reject(new Refused(failed.code, failed.message, failed.outcome))
    const waiting = this.settle(id ?? 0)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Refused(error.code, error.message, error.outcome))
  }
}

/** Folders and processes of one test, of which nothing is left after it. */
export class Harbour {
  private readonly processes: MemberProcess[] = []
  private root = ''

  async open(): Promise<void> {
    if (!existsSync(BUILT)) throw new Error('The package is not built: npm run build.')
    this.root = await mkdtemp(join(tmpdir(), 'kayak-process-'))
  }

  folder(name: string): string {
    return join(this.root, name)
  }

  /** Begins a process on the folder of that name, without waiting for it. */
  launch(name: string, launch: Omit<Launch, 'dataDir'> = {}): MemberProcess {
    const member = new MemberProcess({ ...launch, dataDir: this.folder(name) })
    this.processes.push(member)
    return member
  }

  start(name: string, launch: Omit<Launch, 'dataDir'> = {}): Promise<MemberProcess> {
    return this.launch(name, launch).ready()
  }

  /** As many members, named a, b, c, …, each in its process. */
  async grow(size: number, options: Launch['options'] = {}, storage?: StorageName): Promise<MemberProcess[]> {
    const first = await this.start('a', { options, storage })
    const members = [first]
    for (const name of ['b', 'c', 'd', 'e'].slice(0, size - 1))
      members.push(await this.start(name, { peers: [first.self.address], options, storage }))
    return members
  }

  /** Those that have not ended. */
  get running(): readonly MemberProcess[] {
    return this.processes.filter(({ hasEnded }) => !hasEnded)
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map(member => member.kill()))
    await rm(this.root, { recursive: true, force: true })
  }
}

/** What something fails with. */
export async function failing(promise: Promise<unknown>): Promise<Refused> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
  throw new Error('It was to fail, and has not.')
}
