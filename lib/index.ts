/**
 * kayak: Raft for Node.js, in which everything that happens is an observable.
 *
 * @packageDocumentation
 */
export { start } from './start.js'
export { join } from './join.js'
export { connect } from './client/connect.js'
export { moveStorage, type Moved } from './move-storage.js'
export { checkDeterminism, commands, contextOf, fromClass, machine, reply, transition } from './machine/index.js'
export type {
  ApplyCommand,
  CommandContext,
  CommandDefinition,
  CommandDefinitions,
  CommandOf,
  DeterminismCheck,
  FieldsOf,
  Machine,
  MachineDefinition,
  MachineHost,
  Reply,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
  Step,
  Upcast,
  VersionedCommand,
} from './machine/index.js'
export type { Options } from './host/options.js'
export type { Authorized, ClientsOptions } from './host/clients/gate.js'
export type { ClientOptions } from './client/options.js'
export type { Client, ClientEvent, ClientEventBody, ClientLog } from '../streams/contracts/client.js'
export { ERRORS, isKayakError, KayakError, type ErrorCode, type Outcome } from '../streams/contracts/errors.js'
export type { Budget, BudgetUnit, Excess } from '../streams/contracts/budget.js'
export type { HostEvent, HostEventBody, StepDownReason } from '../streams/contracts/events.js'
export type {
  AppendId,
  AppendOptions,
  ChangeOptions,
  Compaction,
  Entry,
  Host,
  Log,
  Member,
  Observed,
  OperationOptions,
  Payload,
  ReadLevel,
  ReadOptions,
  PublicRoster as Roster,
  RoleName,
  Snapshot,
  Sync,
} from '../streams/contracts/host.js'
export type { RosterStep } from '../streams/rules/membership.js'
export type { ClusterSettings } from '../streams/rules/roster.js'
export type { Clock, Random } from '../streams/contracts/clock.js'
export type { Codec } from '../streams/contracts/codec.js'
export type { Logger } from '../streams/contracts/logger.js'
export type {
  Identity,
  Opened,
  SnapshotDraft,
  SnapshotMeta,
  SnapshotWriter,
  Storage,
  TermAndVote,
} from '../streams/contracts/storage.js'
export type { ClientConnection, ClientGate, ClientRights } from '../streams/contracts/client-transport.js'
export { MAX_MESSAGE_BYTES } from '../streams/contracts/transport.js'
export type {
  Bound,
  Drop,
  DropReason,
  Inbound,
  Peer,
  Transport,
  TransportNotice,
  TransportOptions,
} from '../streams/contracts/transport.js'
export { agreedVersion, apartText, type Protocol, type Versions } from '../streams/contracts/protocol.js'
export { entryBytes, type EntryKind, type LogEntry, type Position } from '../streams/rules/entry.js'
