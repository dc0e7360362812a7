import { defer, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs'
import type { Storage } from '../../streams/contracts/storage'
import type { Transport } from '../../streams/contracts/transport'
import { entryBytes } from '../../streams/rules/entry'
import { encodeFrame } from '../../plugins/transport-socketio/wire'

/** What a member has done. */
export interface Counts {
  /** Batches of entries that were made durable: each is a write and a sync. */
  readonly batches: number
  /** Everything else that was made durable. */
  readonly otherWrites: number
  readonly bytesWritten: number
  readonly messages: number
  /** As the default transport frames them. */
  readonly bytesSent: number
  /** Waits that were begun. */
  readonly timers: number
  /** Work that was put off to the same moment. */
  readonly turns: number
}

type Work<T> = (this: SchedulerAction<T>, state?: T) => void

const NOTHING: Counts = {
  ...{ batches: 0, otherWrites: 0, bytesWritten: 0 },
  ...{ messages: 0, bytesSent: 0, timers: 0, turns: 0 },
}

/** Counts what goes through the edges of a member: its storage, its transport, its clock. */
export class Counting {
  private counts = NOTHING

  /** What was done since it was last asked. */
  take(): Counts {
    const { counts } = this
    this.counts = NOTHING
    return counts
  }

  storage(storage: Storage): Storage {
    const { append, saveTermAndVote, truncate, compact } = storage
    storage.append = entries =>
      defer(() => {
        this.add({ batches: 1, bytesWritten: entries.reduce((sum, entry) => sum + entryBytes(entry), 0) })
        return append.call(storage, entries)
      })
    const other =
      <A>(write: (argument: A) => ReturnType<Storage['compact']>) =>
      (argument: A) =>
        defer(() => {
          this.add({ otherWrites: 1 })
          return write.call(storage, argument)
        })
    return Object.assign(storage, {
      saveTermAndVote: other(saveTermAndVote),
      truncate: other(truncate),
      compact: other(compact),
    })
  }

  transport(transport: Transport): Transport {
    const { send } = transport
    transport.send = (to, message) => {
      this.add({ messages: 1, bytesSent: encodeFrame(0, message).byteLength })
      send.call(transport, to, message)
    }
    return transport
  }

  clock(clock: SchedulerLike): SchedulerLike {
    const schedule = <T>(work: Work<T>, delay = 0, state?: T): Subscription => {
      this.add(delay > 0 ? { timers: 1 } : { turns: 1 })
      return clock.schedule<T>(work, delay, state)
    }
    return { now: () => clock.now(), schedule }
  }

  private add(more: Partial<Counts>): void {
    const { counts } = this
    const sum = (name: keyof Counts): number => counts[name] + (more[name] ?? 0)
    this.counts = {
      ...{ batches: sum('batches'), otherWrites: sum('otherWrites'), bytesWritten: sum('bytesWritten') },
      ...{ messages: sum('messages'), bytesSent: sum('bytesSent'), timers: sum('timers'), turns: sum('turns') },
    }
  }
}
