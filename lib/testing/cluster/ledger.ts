import { crc32 } from '../../../streams/contracts/checksum.js'
import type { LogEntry, Position } from '../../../streams/rules/entry.js'
import type { Roster } from '../../../streams/rules/roster.js'
import { mix, mixText } from './mix.js'
import type { Operation } from './operations.js'

/** A committed entry: what it is, what everything up to it is, and which leader's term it committed in. */
export interface Committed {
  readonly term: number
  readonly chain: number
  readonly time: number
  readonly inTerm: number
}

/** A digest of an entry and of all before it. */
export function chained(before: number, { index, term, kind, time, session, number, payload }: LogEntry): number {
  const head = mix(mix(mix(mix(before, index), term), time), number)
  return mix(mixText(head, `${kind} ${session}`), crc32(payload))
}

const key = ({ index, term }: Position): string => `${index} ${term}`

/** What has happened in a cluster, kept outside of it: it never crashes and forgets nothing. */
export class Ledger {
  /** Which life of which member has led a term. */
  readonly led = new Map<number, string>()
  /** By index; there is none at 0. */
  readonly committed: (Committed | undefined)[] = []
  /** Whom a voter has voted for: by voter and term. */
  readonly votes = new Map<string, string>()
  /** Who has granted a vote, by term and candidate. */
  readonly granted = new Map<string, Set<string>>()
  /** Who would grant a vote, by term and candidate. */
  readonly preGranted = new Map<string, Set<string>>()
  /** The state of a machine that has applied all up to an index. */
  readonly states = new Map<number, string>()
  /** Where an append was applied, by its session and number. */
  readonly applied = new Map<string, number>()
  /** Sessions under which something was applied. */
  readonly sessions = new Set<string>()
  /** When it was first applied anywhere. */
  readonly appliedAt = new Map<string, number>()
  /** Appends that have certainly not been committed. */
  readonly rejected = new Set<string>()
  readonly operations: Operation[] = []
  /** How often something has been asked for, by its id. */
  readonly asked = new Map<string, number>()
  /** The greatest index of an acknowledged append, and of a barrier. */
  acknowledged = 0
  read = 0
  /** When `acknowledged` has risen, and to what. */
  private readonly acknowledgements: { readonly at: number; readonly index: number }[] = []
  /** Committed rosters, ascending. */
  readonly rosters: Roster[] = []
  private readonly chains = new Map<string, number>()

  /** The index up to which anything is known to have committed. */
  get commit(): number {
    return Math.max(0, this.committed.length - 1)
  }

  acknowledge(index: number, at: number): void {
    if (index <= this.acknowledged) return
    this.acknowledged = index
    this.acknowledgements.push({ at, index })
  }

  /** The greatest index that was acknowledged before a moment. */
  acknowledgedBefore(moment: number): number {
    return this.acknowledgements.findLast(({ at }) => at < moment)?.index ?? 0
  }

  chainAt(position: Position): number | undefined {
    return position.index === 0 ? 0 : this.chains.get(key(position))
  }

  recordChain(position: Position, chain: number): void {
    this.chains.set(key(position), chain)
  }

  /** The last index that committed in a term before `term`. */
  committedBefore(term: number): number {
    for (let index = this.commit; index > 0; index--) if ((this.committed[index]?.inTerm ?? 0) < term) return index
    return 0
  }
}
