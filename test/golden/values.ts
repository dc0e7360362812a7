import { encodeSteps } from '../../streams/contracts/change-codec'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import type { Fields, MessageOf, MessageType } from '../../streams/contracts/messages'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { SessionTable } from '../../streams/replica/sessions'
import type { LogEntry } from '../../streams/rules/entry'
import type { RosterStep } from '../../streams/rules/membership'
import type { VoteReason } from '../../streams/rules/vote'
import { EMPTY_ROSTER, type Roster } from '../../streams/rules/roster'

/*
 * What the golden files of this version hold. Every type of message must have some, the first of them with every field:
 * the compiler sees to both.
 */
export const CLUSTER = 'c0'.repeat(16)
const A = 'a1'.repeat(16)
const B = 'b2'.repeat(16)
const C = 'c3'.repeat(16)
const SESSION = '00112233445566778899'
const LARGEST = Number.MAX_SAFE_INTEGER
const TIME = 1_700_000_000_000
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const voter = (id: string, port: number) => ({ id, address: `127.0.0.1:${port}`, incarnation: 1 })

export const ROSTERS: Readonly<Record<string, Roster>> = {
  empty: EMPTY_ROSTER,
  'of one': { ...EMPTY_ROSTER, index: 1, voters: [voter(A, 7001)] },
  joint: {
    index: 9,
    voters: [voter(A, 7001), { ...voter(B, 7002), incarnation: 4, priority: 2 }],
    outgoing: [voter(A, 7001), { id: C, address: '[::1]:65535', incarnation: 7, priority: 0 }],
    learners: [{ id: C, address: 'host.test:1', incarnation: LARGEST, staysLearner: true, priority: LARGEST }],
    settings: { electionTimeoutMs: LARGEST, leaseMs: LARGEST - 3, clockBoundMs: 3 },
  },
  'with a version': { ...EMPTY_ROSTER, index: 2, settings: { ...EMPTY_ROSTER.settings, version: 1 } },
}
const rosterOfOne = encodeRoster(ROSTERS['of one'] ?? EMPTY_ROSTER)

const entry = (index: number, more: Partial<LogEntry> = {}): LogEntry => ({
  ...{ index, term: 2, kind: 'data', time: TIME + index, session: SESSION, number: index },
  payload: utf8(`payload ${index}`),
  ...more,
})
const own = { session: '', number: 0 }

export const ENTRIES: Readonly<Record<string, readonly LogEntry[]>> = {
  none: [],
  'of each kind': [
    entry(3, { kind: 'roster', ...own, payload: rosterOfOne }),
    entry(4, { kind: 'noop', ...own, payload: new Uint8Array(0) }),
    entry(5, { payload: Uint8Array.of(0, 127, 128, 255) }),
  ],
  'with the largest numbers': [
    entry(LARGEST, { term: LARGEST, time: LARGEST, session: 'ff'.repeat(10), number: 2 ** 48 - 1 }),
  ],
}
const batch = encodeEntries(ENTRIES['of each kind'] ?? [])
const proposed = encodeEntries([{ ...entry(0), term: 0, number: 7 }])

export const CHANGES: Readonly<Record<string, readonly RosterStep[]>> = {
  'of every kind': [
    { type: 'add', id: A, address: '127.0.0.1:7001' },
    { type: 'add', id: B, address: '127.0.0.1:7002', asLearner: true },
    { type: 'promote', id: A },
    { type: 'demote', id: B },
    { type: 'remove', id: C },
    { type: 'move', id: A, address: '[::1]:1' },
    { type: 'prefer', id: A, priority: 3 },
    { type: 'settle', settings: { electionTimeoutMs: 10, leaseMs: 0, clockBoundMs: 1, version: 1 } },
  ],
}
const steps = encodeSteps(CHANGES['of every kind'] ?? [])

/** Appends as they were answered, by which a member knows an append that comes again. */
export const APPLIED: readonly LogEntry[] = [
  entry(5, { number: 1 }),
  entry(6, { number: 3 }),
  entry(7, { session: `80000000${'ee'.repeat(6)}`, number: 2 ** 40 }),
]

export function sessions(): SessionTable {
  const table = new SessionTable()
  for (const applied of APPLIED) table.apply(applied)
  return table
}

const vote = (reason: VoteReason) =>
  ({ term: 3, forTerm: 4, pre: false, reason, rosterIndex: 1, isMember: true }) as const

type Full<T extends MessageType> = Required<Fields<MessageOf<T>>>
type Messages = { readonly [T in MessageType]: readonly [Full<T>, ...Fields<MessageOf<T>>[]] }

export const MESSAGES: Messages = {
  'append-entries': [
    { term: 2, incarnation: 1, prevIndex: 2, prevTerm: 1, commit: 1, round: 8, entries: batch },
    {
      ...{ term: LARGEST, incarnation: LARGEST, prevIndex: 0, prevTerm: 0, commit: LARGEST, round: LARGEST },
      entries: encodeEntries([]),
    },
  ],
  'append-reply': [
    {
      ...{ term: 2, incarnation: 1, round: 8, match: 3, verified: 5 },
      ...{ fits: false, refusedIndex: 7, hintIndex: 3, hintTerm: 1 },
    },
  ],
  'request-vote': [{ term: 3, pre: true, transfer: false, lastIndex: 5, lastTerm: 2 }],
  'vote-reply': [vote('granted'), vote('stale-term'), vote('hears-leader'), vote('voted'), vote('log-behind')],
  'install-snapshot': [
    {
      ...{ term: 3, incarnation: 1, index: 7, snapshotTerm: 2, time: TIME, roster: rosterOfOne },
      ...{ sessionBytes: 2, bytes: 10, checksum: 0xffff_ffff, offset: 4, data: Uint8Array.of(0, 1, 254, 255) },
    },
  ],
  'snapshot-reply': [{ term: 3, incarnation: 1, index: 7, offset: 10, installed: true }],
  'timeout-now': [{ term: 3, gently: true }, { term: 3 }],
  'hand-over': [
    { term: 3, id: 'request-1', to: 'a'.repeat(32) },
    { term: 3, id: 'request-2' },
  ],
  'hand-over-reply': [
    { id: 'request-1', to: 'a'.repeat(32), reason: 'another takes over already', busy: true },
    { id: 'request-2', reason: 'nobody answers' },
  ],
  propose: [{ id: 'life-1', entries: proposed }],
  'propose-reply': [
    { id: 'life-3', verdict: 'overloaded', expired: [0, 99_999], budget: 'unapplied' },
    { id: 'life-1', verdict: 'accepted', expired: [0, 99_999] },
    { id: 'life-2', verdict: 'not-leader', expired: [] },
    { id: 'life-3', verdict: 'overloaded', expired: [] },
  ],
  'read-index': [{ id: 'life-4', lease: true }, { id: 'life-4' }],
  'read-index-reply': [{ id: 'life-4', confirmed: true, index: 5 }],
  'change-roster': [
    {
      ...{ id: 'life-5', steps, ifIndex: 9, waitedMs: 250, withinMs: 7750 },
      ...{ electionTimeoutMs: 1000, heartbeatMs: 100, leaseMs: 500, clockBoundMs: 50, speaks: 1 },
    },
    { id: 'life-6', steps },
  ],
  'change-reply': [
    {
      ...{ id: 'life-5', verdict: 'address-taken', rosterIndex: 9, by: B, leader: '127.0.0.1:7001' },
      ...{ clusterId: CLUSTER, electionTimeoutMs: 1000, leaseMs: 500, clockBoundMs: 50, version: 1 },
    },
    {
      ...{ id: 'life-6', verdict: 'done', rosterIndex: 9, clusterId: CLUSTER },
      ...{ electionTimeoutMs: 1000, leaseMs: 0, clockBoundMs: 0, version: 1 },
    },
  ],
}
