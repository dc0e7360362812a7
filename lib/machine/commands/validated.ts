import { KayakError } from '../../../streams/contracts/errors.js'
import { isPlainObject } from '../../../streams/operators/plain.js'
import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.js'

/** The fields of a command, without its type. */
export type Fields = Readonly<Record<string, unknown>>

export const refused = (type: string, why: string, cause?: unknown): KayakError =>
  new KayakError('KAYAK_INVALID', `The command "${type}" is not valid: ${why}.`, { cause })

const MOST_SAID = 4

function said({ message, path = [] }: SchemaIssue): string {
  const at = path.map(part => String(typeof part === 'object' ? part.key : part)).join('.')
  return at === '' ? message : `${at}: ${message}`
}

function resultOf(type: string, schema: StandardSchema, fields: unknown): SchemaResult<unknown> {
  try {
    const result = schema['~standard'].validate(fields)
    if (!('then' in result)) return result
    // nobody waits for it
    result.then(undefined, () => undefined)
  } catch (cause) {
    throw refused(type, 'its schema failed', cause)
  }
  throw refused(type, 'its schema is asynchronous: look up what takes time before you propose')
}

/** What a schema makes of the fields of a command. */
export function validated(type: string, schema: StandardSchema, fields: unknown): Fields {
  const result = resultOf(type, schema, fields)
  if (result.issues !== undefined) {
    const { issues } = result
    throw refused(type, issues.slice(0, MOST_SAID).map(said).join('; '), issues)
  }
  const { value } = result
  if (!isPlainObject(value)) throw refused(type, 'its schema gives no plain object')
  // JSON can write it, and whoever copies the command would set its prototype
  if (Object.hasOwn(value, '__proto__')) throw refused(type, '__proto__: not allowed')
  if (Object.hasOwn(value, 'type')) throw refused(type, 'type: is the name of the command')
  return value
}
