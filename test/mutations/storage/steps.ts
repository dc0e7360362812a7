import type { Observable } from 'rxjs'
import { draft, entry } from '../../../lib/testing/storage-kit/environment.js'
import type { Random } from '../../../streams/contracts/clock.js'
import type { Identity, SnapshotWriter, Storage } from '../../../streams/contracts/storage.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import {
  appended,
  compacted,
  dropped,
  lastOf,
  snapshotOf,
  truncated,
  type Model,
  type Part,
  type Stored,
  type StoredSnapshot,
} from './model.js'

/** One thing that a storage is asked for. */
export interface Step {
  readonly name: string
  readonly work$: Observable<unknown>
  /** Whether the storage must refuse it, and be as it was. */
  readonly isRefused?: boolean
  readonly publishes?: readonly StoredSnapshot[]
  /** It has completed. */
  done(): void
  /** It has failed, or the process has died: what is there now isn't known. */
  unknown(): void
}

interface Writing {
  readonly index: number
  readonly writer: SnapshotWriter
  readonly chunks: readonly Uint8Array[]
}

const IDS = ['a1'.repeat(16), 'b2'.repeat(16), undefined]
const STANDINGS = ['founding', 'joining', 'member', 'left', 'removed'] as const

const nothing = (): void => undefined

/** Draws what a storage is asked for next, as its contract allows it. */
export class Steps {
  private writing: Writing | undefined

  constructor(
    private readonly model: Model,
    private readonly random: Random,
    /** What a payload has at most. */
    private readonly payloadBytes: number,
  ) {}

  /** The storage has been closed, or its process is gone. */
  reset(): void {
    this.writing = undefined
  }

  draw(storage: Storage): Step {
    const draw = this.random.next()
    if (draw < 0.4) return this.append(storage)
    if (draw < 0.5) return this.truncate(storage)
    if (draw < 0.6) return this.compact(storage)
    if (draw < 0.85) return this.vote(storage)
    return this.identify(storage)
  }

  drawSnapshot(storage: Storage): Step {
    const { writing } = this
    const draw = this.random.next()
    if (draw < 0.1) return this.drop(storage)
    if (writing === undefined || draw < 0.15) return this.begin(storage)
    if (draw < 0.6) return this.chunk(writing)
    if (draw < 0.95) return this.publish(writing)
    this.writing = undefined
    return { name: 'discard', work$: writing.writer.discard(), done: nothing, unknown: nothing }
  }

  vote(storage: Storage): Step {
    const { term } = this.model.stored.termAndVote
    const next = { term: term + this.below(3), vote: this.pick(IDS) }
    return this.step(`term ${next.term}`, storage.saveTermAndVote(next), 'termAndVote', [next])
  }

  /** One of each kind of write, none of which is right. */
  all(storage: Storage): readonly Observable<never>[] {
    const { last } = { last: lastOf(this.model.stored.log) }
    return [
      storage.saveTermAndVote({ term: 1e9, vote: undefined }),
      storage.append([entry(last.index + 1, last.term)]),
      storage.createSnapshot(draft(1e9)).write(Uint8Array.of(1)),
    ]
  }

  private append(storage: Storage): Step {
    const { log } = this.model.stored
    const last = lastOf(log)
    const isWrong = this.random.next() < 0.05
    const begin = last.index + 1 + (isWrong ? 1 : 0)
    const term = Math.max(1, last.term) + (this.random.next() < 0.2 ? 1 : 0)
    const batch = Array.from({ length: 1 + this.below(4) }, (_, at) => this.entry(begin + at, term))
    const name = `append ${begin} to ${begin + batch.length - 1}`
    const step = this.step(name, storage.append(batch), 'log', appended(log, batch))
    return isWrong ? { ...step, isRefused: true } : step
  }

  private entry(index: number, term: number): LogEntry {
    const payload = this.random.bytes(this.below(this.payloadBytes))
    return entry(index, term, { payload, kind: this.random.next() < 0.1 ? 'roster' : 'data' })
  }

  private truncate(storage: Storage): Step {
    const { log } = this.model.stored
    const from = log.base.index + 1 + this.below(log.entries.length + 1)
    return this.step(`truncate ${from}`, storage.truncate(from), 'log', [truncated(log, from)])
  }

  private compact(storage: Storage): Step {
    const { log } = this.model.stored
    const last = lastOf(log)
    const beyond = { index: last.index + 1 + this.below(3), term: Math.max(1, last.term) }
    const within = this.pick(log.entries)
    const { index, term } = this.random.next() < 0.2 ? beyond : (within ?? log.base)
    const until = { index, term }
    return this.step(`compact ${index}`, storage.compact(until), 'log', [compacted(log, until)])
  }

  private identify(storage: Storage): Step {
    const identity: Identity = {
      memberId: 'c3'.repeat(16),
      clusterId: this.pick(IDS),
      address: `localhost:${1024 + this.below(9)}`,
      advertise: 'localhost:1024',
      standing: this.pick(STANDINGS) ?? 'member',
    }
    return this.step(`identity ${identity.standing}`, storage.saveIdentity(identity), 'identity', [identity])
  }

  private begin(storage: Storage): Step {
    const newest = this.model.stored.snapshots.at(-1)?.meta.index ?? 0
    const index = this.random.next() < 0.15 ? Math.max(1, newest - this.below(2)) : newest + 1 + this.below(4)
    const writing = { index, writer: storage.createSnapshot(draft(index)), chunks: [] }
    this.writing = writing
    return this.chunk(writing)
  }

  private chunk({ index, writer, chunks }: Writing): Step {
    const bytes = this.random.bytes(this.below(200))
    const done = (): void => {
      this.writing = { index, writer, chunks: [...chunks, bytes] }
    }
    return { name: `chunk of ${index}`, work$: writer.write(bytes), done, unknown: nothing }
  }

  private publish({ index, writer, chunks }: Writing): Step {
    const { snapshots } = this.model.stored
    const snapshot = snapshotOf(draft(index), chunks)
    const isRefused = index <= (snapshots.at(-1)?.meta.index ?? 0)
    this.writing = undefined
    const step = this.step(`publish ${index}`, writer.publish(), 'snapshots', [[...snapshots, snapshot]])
    return isRefused ? { ...step, isRefused } : { ...step, publishes: [snapshot] }
  }

  private drop(storage: Storage): Step {
    const { snapshots } = this.model.stored
    const keep = snapshots.filter(() => this.random.next() < 0.3).map(({ meta }) => meta.index)
    return this.step('drop', storage.dropSnapshots(keep), 'snapshots', dropped(snapshots, keep))
  }

  /** A write that leaves the last of these values, or any of them where it isn't heard of again. */
  private step<P extends Part>(name: string, work$: Observable<unknown>, part: P, values: readonly Stored[P][]): Step {
    const whole = values.at(-1)
    return {
      name,
      work$,
      done: () => whole !== undefined && this.model.done(part, whole),
      unknown: () => this.model.unknown(part, values),
    }
  }

  private below(end: number): number {
    return Math.floor(this.random.next() * end)
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)]
  }
}
