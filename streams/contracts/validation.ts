import { validateSync, type ValidationError } from 'class-validator'
import { isSurelyValid } from './quick-check.js'
import { misshapen } from './shape.js'

/** What is wrong with a value, in one line, the first fault of each field. */
function describe(errors: readonly ValidationError[], path = ''): string {
  const faults = errors.map(error => {
    const at = path === '' ? error.property : `${path}.${error.property}`
    const own = Object.values(error.constraints ?? {})[0]
    return own === undefined ? describe(error.children ?? [], at) : `${at}: ${own}`
  })
  return faults.slice(0, 4).join('; ')
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

/** Keys that would change what the value is, not what it holds. */
const RESERVED = ['__proto__', 'constructor']

/** A value that has been found valid, or what is wrong with it. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/** A field to which the class gives a value, and the plain one doesn't: what is checked would be the class's own. */
const missingIn = (plain: object, made: object): string | undefined =>
  Object.entries(made).find(([key, value]) => value !== undefined && !Object.hasOwn(plain, key))?.[0]

/**
 * Checks a plain value against a class-validator class: every field, none missing and none besides. Own keys only
 * count, and a key that would reach the prototype is refused.
 */
export function check<T extends object>(Type: new () => T, plain: unknown): Checked<T> {
  if (!isPlain(plain)) return { ok: false, reason: 'not an object' }
  const reserved = RESERVED.find(key => Object.hasOwn(plain, key))
  if (reserved !== undefined) return { ok: false, reason: `${reserved}: not allowed` }
  const fault = misshapen(Type, plain)
  if (fault !== undefined) return { ok: false, reason: fault }
  const made = new Type()
  const missing = missingIn(plain, made)
  if (missing !== undefined) return { ok: false, reason: `${missing}: missing` }
  const value = Object.assign(made, plain)
  if (isSurelyValid(Type, value)) return { ok: true, value }
  const errors = validateSync(value, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true })
  return errors.length === 0 ? { ok: true, value } : { ok: false, reason: describe(errors) }
}
