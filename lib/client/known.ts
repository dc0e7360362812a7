import { BehaviorSubject, distinctUntilChanged, map, Subject, type Observable } from 'rxjs'
import {
  decodeMember,
  type ClientProgress,
  type ClientStanding,
} from '../../streams/contracts/client-messages/index.js'
import type { PublicRoster } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import type { Member } from '../../streams/contracts/member.js'

/** What a client shows of what it knows, as one value. */
interface View {
  readonly connected: Member | undefined
  readonly leader: Member | undefined
  readonly roster: PublicRoster
}

const NOBODY: View = { connected: undefined, leader: undefined, roster: { voters: [], learners: [], index: 0 } }

/** A stretch of the log behind an entry in which consumers see nothing: kayak's own entries, and duplicates. */
interface Gap {
  readonly after: number
  readonly until: number
}

/** A member that was told of again is the same one. */
const isMember = (value: unknown): value is Member => typeof value === 'object' && value !== null && 'address' in value
const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (isMember(a) && isMember(b) && a.id === b.id && a.address === b.address)

/** What a client knows of its cluster, whoever has told it. It never goes back, where a member is behind. */
export class Known {
  private readonly view = new BehaviorSubject<View>(NOBODY)
  private readonly gaps = new Subject<void>()
  /** Emits when less is left to be acknowledged up to an index. */
  readonly gaps$: Observable<void> = this.gaps.asObservable()
  private gap: Gap = { after: 0, until: 0 }
  clusterId = ''
  committed = 0
  /** The last entry that members say consumers could see. */
  private seen = 0
  window: number = LIMITS.leastSessionWindow

  get now(): View {
    return this.view.value
  }

  select<T>(part: (view: View) => T): Observable<T> {
    return this.view.pipe(map(part), distinctUntilChanged<T>(isSame))
  }

  connect(connected: Member | undefined): void {
    this.view.next({ ...this.view.value, connected, leader: undefined })
  }

  /** Whether the roster is another one. */
  stand({ leader, voters, learners, rosterIndex: index }: ClientStanding): boolean {
    const { roster: before } = this.view.value
    const isNewer = index > before.index
    const roster = isNewer ? { voters: voters.map(decodeMember), learners: learners.map(decodeMember), index } : before
    this.view.next({ ...this.view.value, leader: leader === undefined ? undefined : decodeMember(leader), roster })
    return isNewer
  }

  progress({ committed, visible, window }: ClientProgress): void {
    this.reach(committed)
    this.see(visible)
    this.window = window
  }

  see(visible: number): void {
    this.seen = Math.max(this.seen, visible)
  }

  /** The last entry that consumers may have been shown. */
  get shown(): number {
    return this.visible(this.seen)
  }

  reach(index: number): void {
    this.committed = Math.max(this.committed, index)
  }

  /** Of the entries from `from` to before `next` consumers were shown these. */
  passed(from: number, entries: readonly { readonly index: number }[], next: number): void {
    const last = entries.at(-1)?.index
    const { after, until } = this.gap
    this.reach(next - 1)
    if (last !== undefined) this.see(last)
    // who reads history again learns nothing of the end
    if (next <= until) return
    if (last !== undefined) this.gap = { after: last, until: next - 1 }
    else if (from <= until + 1 && from > after) this.gap = { after, until: Math.max(until, next - 1) }
    else this.gap = { after: from - 1, until: next - 1 }
    this.gaps.next()
  }

  /** The last entry up to an index that consumers may have been shown. */
  visible(index: number): number {
    return index > this.gap.after && index <= this.gap.until ? this.gap.after : index
  }

  complete(): void {
    this.view.next({ ...this.view.value, connected: undefined, leader: undefined })
    this.view.complete()
    this.gaps.complete()
  }
}
