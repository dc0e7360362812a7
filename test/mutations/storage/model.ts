import { inspect } from 'node:util'
import { crc32 } from '../../../streams/contracts/checksum.js'
import type { Identity, SnapshotDraft, SnapshotMeta, TermAndVote } from '../../../streams/contracts/storage.js'
import { ORIGIN, type LogEntry, type Position } from '../../../streams/rules/entry.js'

export interface StoredLog {
  readonly base: Position
  readonly entries: readonly LogEntry[]
}

export interface StoredSnapshot {
  readonly meta: SnapshotMeta
  readonly bytes: Uint8Array
}

/** What a storage holds, in parts that are written apart from each other. */
export interface Stored {
  readonly identity: Identity | undefined
  readonly termAndVote: TermAndVote
  readonly log: StoredLog
  /** Ascending. */
  readonly snapshots: readonly StoredSnapshot[]
}

export type Part = keyof Stored

export const NOTHING: Stored = {
  identity: undefined,
  termAndVote: { term: 0, vote: undefined },
  log: { base: ORIGIN, entries: [] },
  snapshots: [],
}

export const lastOf = ({ base, entries }: StoredLog): Position => entries.at(-1) ?? base

export const truncated = ({ base, entries }: StoredLog, from: number): StoredLog => ({
  base,
  entries: entries.filter(({ index }) => index < from),
})

export const compacted = (log: StoredLog, until: Position): StoredLog =>
  until.index <= log.base.index
    ? log
    : {
        base: { index: until.index, term: until.term },
        entries: log.entries.filter(({ index }) => index > until.index),
      }

/** What an append may leave: all of the batch, or a prefix. */
export const appended = (log: StoredLog, batch: readonly LogEntry[]): readonly StoredLog[] =>
  batch.map((_, at) => ({ ...log, entries: [...log.entries, ...batch.slice(0, at + 1)] }))

export function snapshotOf(draft: SnapshotDraft, chunks: readonly Uint8Array[]): StoredSnapshot {
  const bytes = Buffer.concat(chunks)
  return { meta: { ...draft, bytes: bytes.byteLength, checksum: crc32(bytes) }, bytes }
}

/** What dropping may leave: any of what is to go may still be there, and at its end none. */
export function dropped(snapshots: readonly StoredSnapshot[], keep: readonly number[]): readonly StoredSnapshot[][] {
  const goes = snapshots.slice(0, -1).filter(({ meta }) => !keep.includes(meta.index))
  return Array.from({ length: 2 ** goes.length }, (_, left) =>
    snapshots.filter(one => !goes.includes(one) || (left & (1 << goes.indexOf(one))) !== 0),
  ).reverse()
}

/** The same for equal values, whatever the order of their fields. */
const plain = (value: unknown): string => inspect(value, { sorted: true, depth: 9, breakLength: Infinity })

const entryText = ({ index, term, kind, time, session, number, payload }: LogEntry): string =>
  `${index} ${term} ${kind} ${time} ${session} ${number} ${Buffer.from(payload).toString('hex')}`

const TEXTS: { readonly [P in Part]: (value: Stored[P]) => string } = {
  identity: plain,
  termAndVote: ({ term, vote }) => `${term} ${vote ?? 'none'}`,
  log: ({ base, entries }) => [`${base.index} ${base.term}`, ...entries.map(entryText)].join('; '),
  snapshots: snapshots =>
    [
      ...snapshots.map(({ meta, bytes }) => `${meta.index} ${Buffer.from(bytes).toString('hex')}`),
      plain(snapshots.at(-1)?.meta),
    ].join('; '),
}

const textOf = <P extends Part>(part: P, value: Stored[P]): string => TEXTS[part](value)

const textsOf = ({ identity, termAndVote, log, snapshots }: Stored): readonly (readonly [Part, string])[] => [
  ['identity', textOf('identity', identity)],
  ['termAndVote', textOf('termAndVote', termAndVote)],
  ['log', textOf('log', log)],
  ['snapshots', textOf('snapshots', snapshots)],
]

/** What a storage must hold, and what else it may, while it isn't known what became of a write. */
export class Model {
  stored: Stored = NOTHING
  private maybe: ReadonlyMap<Part, readonly string[]> = new Map()

  get isCertain(): boolean {
    return this.maybe.size === 0
  }

  /** A write has completed: it is there, whatever happens. */
  done<P extends Part>(part: P, value: Stored[P]): void {
    this.stored = { ...this.stored, [part]: value }
  }

  /** A write has failed, or nobody has heard of it again: any of these may be there, or what was there before. */
  unknown<P extends Part>(part: P, values: readonly Stored[P][]): void {
    this.maybe = new Map(this.maybe).set(
      part,
      values.map(value => textOf(part, value)),
    )
  }

  /** Takes over what was found; says what of it must not be. */
  reconcile(found: Stored): string | undefined {
    const there = new Map(textsOf(found))
    const wrong = textsOf(this.stored).flatMap(([part, before]) => {
      const allowed = [before, ...(this.maybe.get(part) ?? [])]
      const is = there.get(part) ?? ''
      return allowed.includes(is) ? [] : [`${part} is\n  ${is}\nnot\n  ${allowed.join('\nor\n  ')}`]
    })
    this.stored = found
    this.maybe = new Map()
    return wrong[0]
  }
}
