import { check, type Checked } from '../validation.js'
import type { Versions } from '../protocol.js'
import { ClientAppend, ClientAppended } from './append.js'
import { ClientFailed } from './failed.js'
import { ClientFresh, ClientRead } from './read.js'
import { ClientSnapshot, ClientSnapshotIs } from './snapshot.js'
import { ClientProgress, ClientStanding } from './standing.js'
import {
  ClientCancel,
  ClientChunk,
  ClientDownload,
  ClientEnded,
  ClientEntries,
  ClientFollow,
  ClientMore,
} from './streams.js'

export { ClientAppend, ClientAppended, ClientFailed, ClientFresh, ClientProgress, ClientRead, ClientStanding }
export { ClientCancel, ClientChunk, ClientDownload, ClientEnded, ClientEntries, ClientFollow, ClientMore }
export { ClientSnapshot, ClientSnapshotIs }
export { errorOf, failureOf } from './failed.js'
export { decodeMember, encodeMember } from './fields.js'

/** What members and clients speak with each other. It is apart from what members speak among themselves. */
export const CLIENT_VERSIONS: Versions = { oldest: 1, newest: 1 }

/** What clients send. */
const ASKED = {
  append: ClientAppend,
  read: ClientRead,
  follow: ClientFollow,
  snapshot: ClientSnapshot,
  download: ClientDownload,
  more: ClientMore,
  cancel: ClientCancel,
} as const

/** What members send to clients. */
const TOLD = {
  appended: ClientAppended,
  fresh: ClientFresh,
  entries: ClientEntries,
  'snapshot-is': ClientSnapshotIs,
  chunk: ClientChunk,
  ended: ClientEnded,
  failed: ClientFailed,
  standing: ClientStanding,
  progress: ClientProgress,
} as const

type Of<Types extends Readonly<Record<string, new () => object>>> = InstanceType<Types[keyof Types]>

export type Asked = Of<typeof ASKED>
export type Told = Of<typeof TOLD>
/** What answers a request, or is a part of its answer. */
export type Answering = Exclude<Told, ClientStanding | ClientProgress>

/** The fields of a message, without those that its class sets. */
export type ClientFields<M extends Asked | Told> = Omit<M, 'type' | 'group'>

/** Makes a message of a class and its fields. */
export const clientMessage = <M extends Asked | Told>(Type: new () => M, fields: ClientFields<M>): M =>
  Object.assign(new Type(), fields)

function decode<M extends object>(types: Readonly<Record<string, new () => M>>, plain: unknown): Checked<M> {
  const type: unknown = typeof plain === 'object' && plain !== null && 'type' in plain ? plain.type : undefined
  const Type = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined
  return Type === undefined ? { ok: false, reason: 'type: no such message' } : check(Type, plain)
}

/** Checks what a client has sent: it is a message with every field right and nothing besides, or says why not. */
export const decodeAsked = (plain: unknown): Checked<Asked> => decode<Asked>(ASKED, plain)

/** Checks what a member has sent to a client. */
export const decodeTold = (plain: unknown): Checked<Told> => decode<Told>(TOLD, plain)
