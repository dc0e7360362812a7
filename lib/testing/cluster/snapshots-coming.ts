import type { InstallSnapshot, SnapshotReply } from '../../../streams/contracts/messages/index.js'
import { goesOn } from '../invariants/goes-on.js'
import type { Verdict } from './step.js'

/** Which snapshot a life of a member was sent last, and how much of it that has said to have. */
interface Coming {
  readonly life: string
  readonly which: string
  readonly offset: number
  readonly at: number
}

const whichOf = ({ index, snapshotTerm, time, sessionBytes, bytes, checksum }: InstallSnapshot): string =>
  [index, snapshotTerm, time, sessionBytes, bytes, checksum].join(' ')

/** How far the snapshots have come that members are sent. */
export class SnapshotsComing {
  private readonly coming = new Map<string, Coming>()

  delivered(name: string, life: string, chunk: InstallSnapshot, at: number): void {
    const which = whichOf(chunk)
    const known = this.coming.get(name)
    if (known?.life !== life || known.which !== which) this.coming.set(name, { life, which, offset: 0, at })
  }

  replying(name: string, life: string, reply: SnapshotReply, at: number, electionTimeoutMs: number): Verdict {
    const known = this.coming.get(name)
    if (known?.life !== life || !known.which.startsWith(`${String(reply.index)} `) || reply.installed) return undefined
    const { offset: before, at: since } = known
    this.coming.set(name, { ...known, offset: reply.offset, at })
    return goesOn({
      life,
      index: reply.index,
      before,
      now: reply.offset,
      agoTimeouts: (at - since) / electionTimeoutMs,
    })
  }
}
