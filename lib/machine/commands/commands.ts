import type { Codec } from '../../../streams/contracts/codec.js'
import { KayakError } from '../../../streams/contracts/errors.js'
import { isPlainObject } from '../../../streams/operators/plain.js'
import { knownCommands, type CommandDefinitions, type Defined, type KnownCommand } from './definition.js'
import { lossIn } from './json-loss.js'
import { refused, validated, type Fields } from './validated.js'
import { read, write, type Written } from './wire.js'

const tooNew = (what: string): KayakError =>
  new KayakError('KAYAK_VERSION', `${what}: this program is older than the one that has proposed it.`)

function written(type: string, fields: Fields): { readonly text: string; readonly loss: string | undefined } {
  try {
    // it finds circles, in which there would be no end to looking
    const text = JSON.stringify(fields)
    return { text, loss: lossIn(fields) }
  } catch (cause) {
    throw refused(type, "it holds what JSON can't write", cause)
  }
}

function textOf(type: string, fields: Fields): string {
  const { text, loss } = written(type, fields)
  // two values may have the same text, of which JSON gives back one only
  if (loss !== undefined) throw refused(type, loss)
  return text
}

/** Takes fields up from the version that they were written in, one step after the other. */
function upcast({ type, version, fields }: Written, { upcasts, version: newest }: KnownCommand): unknown {
  let value: unknown = fields
  for (let from = version; from < newest; from++) {
    const step = upcasts.get(from)
    if (step === undefined)
      throw new KayakError('KAYAK_VERSION', `Nothing takes version ${from} of the command "${type}" up to the next.`)
    try {
      value = step(value)
    } catch (cause) {
      throw refused(type, `it could not be taken up from version ${from}`, cause)
    }
  }
  return value
}

/** The codec of commands, as far as it doesn't know their types. */
class Commands implements Codec<Fields> {
  constructor(private readonly known: ReadonlyMap<string, KnownCommand>) {}

  encode(command: Fields): Uint8Array {
    if (!isPlainObject(command)) throw new KayakError('KAYAK_INVALID', 'A command is a plain object with a type.')
    const { type, ...given } = command
    const known = typeof type === 'string' ? this.known.get(type) : undefined
    if (typeof type !== 'string' || known === undefined) throw this.unknown(type)
    const fields = textOf(type, validated(type, known.schema, given))
    // what comes out on every member must be what went in here
    if (textOf(type, validated(type, known.schema, JSON.parse(fields))) !== fields)
      throw refused(type, 'its schema makes something else of what it has made itself')
    return write(type, known.version, fields)
  }

  decode(bytes: Uint8Array): Fields {
    const written = read(bytes)
    const { type, version } = written
    const known = this.known.get(type)
    if (known === undefined) throw tooNew(`The command "${type}" is not known here`)
    if (version > known.version) throw tooNew(`The command "${type}" is of version ${version}`)
    return { type, ...validated(type, known.schema, upcast(written, known)) }
  }

  private unknown(type: unknown): KayakError {
    const types = [...this.known.keys()].join(', ')
    return new KayakError('KAYAK_INVALID', `There is no command of the type ${JSON.stringify(type)}: ${types}.`)
  }
}

/**
 * A codec of typed commands, each `{ type, … }` with the fields that its schema says. A command is validated before it is
 * proposed, and again by every member that reads it, so that an `apply` may believe what it gets.
 *
 * A schema is any with the interface of standardschema.dev (zod, valibot, …), or `fromClass(Class)` for a class-validator
 * class. It must be synchronous, and plain: what it gives is what JSON gives back, and given what it has made itself it gives
 * the same. So a default is filled in before the command is appended, once; what coerces or transforms is refused if it
 * would do so again. Also refused, wherever it is in a command, is what JSON would make something else of: `NaN`, `-0`, a
 * `Date`, a `Map`, bytes, an instance of a class. A field that is `undefined` is left out.
 *
 * The log has `[1, type, version, fields]` as JSON. An older version is taken up step by step by `upcast` and then validated;
 * a newer one, or a type that isn't known, is `KAYAK_VERSION`: what was proposed by a newer program waits for one.
 *
 * @example
 * ```ts
 * const codec = commands({
 *   deposit: z.object({ to: z.string(), amount: z.number().int().positive() }),
 *   close: { version: 2, schema: fromClass(Close), upcast: { 1: (old: { name: string }) => ({ account: old.name }) } },
 * })
 * type Command = CommandOf<typeof codec>
 * const host = await start('127.0.0.1:10240', { codec })
 * ```
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once for a definition that is none, and by `encode` for a command that isn't
 * valid, naming the command and the field; its `cause` are the issues that the schema has found.
 */
export const commands = <const D extends CommandDefinitions>(definitions: D): Codec<Defined<D>> =>
  // what it encodes and decodes has been validated by the schemas that the type is made of
  new Commands(knownCommands(definitions)) as unknown as Codec<Defined<D>>
