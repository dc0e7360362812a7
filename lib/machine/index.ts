export { checkDeterminism, type DeterminismCheck } from './check-determinism.js'
export { commands } from './commands/commands.js'
export type {
  CommandDefinition,
  CommandDefinitions,
  CommandOf,
  Upcast,
  VersionedCommand,
} from './commands/definition.js'
export { fromClass, type FieldsOf } from './commands/from-class.js'
export type { OutputOf, SchemaIssue, SchemaResult, StandardSchema } from './commands/standard-schema.js'
export { contextOf, type CommandContext } from './context.js'
export type { Machine, MachineDefinition, MachineHost, Snapshotting } from './definition.js'
export { machine } from './machine.js'
export { Reply, reply } from './reply.js'
export { transition, type ApplyCommand, type Step } from './transition.js'
