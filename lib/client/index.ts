/**
 * Clients of a cluster, from processes that are no members and from browsers: nothing here needs Node.
 *
 * @packageDocumentation
 */
export { connect } from './connect.js'
export { commands, contextOf, fromClass, machine, reply, transition } from '../machine/index.js'
export type {
  ApplyCommand,
  CommandContext,
  CommandDefinition,
  CommandDefinitions,
  CommandOf,
  FieldsOf,
  Machine,
  MachineDefinition,
  MachineHost,
  Reply,
  StandardSchema,
  Step,
  Upcast,
  VersionedCommand,
} from '../machine/index.js'
export type { ClientOptions } from './options.js'
export type { Client, ClientEvent, ClientEventBody, ClientLog } from '../../streams/contracts/client.js'
export { ERRORS, isKayakError, KayakError, type ErrorCode, type Outcome } from '../../streams/contracts/errors.js'
export type {
  AppendId,
  AppendOptions,
  Compaction,
  Entry,
  Member,
  OperationOptions,
  Payload,
  PublicRoster as Roster,
  ReadLevel,
  ReadOptions,
  Snapshot,
  Sync,
} from '../../streams/contracts/host.js'
export type { Clock, Random } from '../../streams/contracts/clock.js'
export type { Codec } from '../../streams/contracts/codec.js'
export type { Logger } from '../../streams/contracts/logger.js'
