import type { Codec } from '../../../streams/contracts/codec.js'
import { KayakError } from '../../../streams/contracts/errors.js'
import { isSchema, type OutputOf, type StandardSchema } from './standard-schema.js'

/** Makes the fields of one version of those of the version before. Its argument is as you know it: declare its type. */
export type Upcast = {
  // a method, so that it may be declared with the type of an old version
  /** Called with the fields of the version before. */
  method(old: unknown): unknown
}['method']

/** A command whose fields have changed since it was first appended. */
export interface VersionedCommand<S extends StandardSchema = StandardSchema> {
  /** Of the schema. A command that isn't versioned is of version 1. */
  readonly version: number
  readonly schema: S
  /** By the version that each takes up one step: `{ 1: old => … }` makes version 2 of version 1. */
  readonly upcast?: Readonly<Record<number, Upcast>>
}

/** What a command has: a schema of its fields, and its versions where those have changed. */
export type CommandDefinition = StandardSchema | VersionedCommand

/** Commands by their types. */
export type CommandDefinitions = Readonly<Record<string, CommandDefinition>>

type SchemaOf<D> = D extends StandardSchema ? D : D extends VersionedCommand<infer S> ? S : never

/** A union of all commands that are defined, told apart by `type`. */
export type Defined<D extends CommandDefinitions> = {
  [Type in keyof D & string]: { readonly type: Type } & Readonly<OutputOf<SchemaOf<D[Type]>>>
}[keyof D & string]

/** The commands of a codec: `CommandOf<typeof codec>`. */
export type CommandOf<C> = C extends Codec<infer Command> ? Command : never

/** One command as it is known. */
export interface KnownCommand {
  readonly version: number
  readonly schema: StandardSchema
  readonly upcasts: ReadonlyMap<number, Upcast>
}

const wrong = (type: string, why: string): KayakError =>
  new KayakError('KAYAK_INVALID', `The definition of the command "${type}" is not valid: ${why}.`)

/** Old versions, each of which is taken up to the next, without a gap up to the newest. */
function upcastsOf(type: string, { version, upcast = {} }: VersionedCommand): ReadonlyMap<number, Upcast> {
  const upcasts = new Map(Object.entries(upcast).map(([from, step]) => [Number(from), step]))
  const oldest = version - upcasts.size
  for (let from = oldest; from < version; from++)
    if (typeof upcasts.get(from) !== 'function' || from < 1)
      throw wrong(type, `upcast has a function for each version from the oldest to ${version - 1}`)
  return upcasts
}

function knownCommand(type: string, definition: unknown): KnownCommand {
  if (isSchema(definition)) return { version: 1, schema: definition, upcasts: new Map() }
  if (typeof definition === 'function') throw wrong(type, 'a class is given as fromClass(Class)')
  if (typeof definition !== 'object' || definition === null) throw wrong(type, 'it is no schema')
  // each field is looked at before it is believed
  const versioned = definition as VersionedCommand
  const { version, schema } = versioned
  if (!Number.isSafeInteger(version) || version < 1) throw wrong(type, 'version is an integer from 1')
  if (!isSchema(schema)) throw wrong(type, 'schema is no schema; a class is given as fromClass(Class)')
  return { version, schema, upcasts: upcastsOf(type, versioned) }
}

/** @throws {@link KayakError} `KAYAK_INVALID` for what defines no commands. */
export function knownCommands(definitions: CommandDefinitions): ReadonlyMap<string, KnownCommand> {
  const known = new Map(Object.entries(definitions).map(([type, one]) => [type, knownCommand(type, one)]))
  if (known.size === 0) throw new KayakError('KAYAK_INVALID', 'There are no commands.')
  return known
}
