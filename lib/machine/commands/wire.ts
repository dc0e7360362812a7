import { KayakError } from '../../../streams/contracts/errors.js'
import { isPlainObject } from '../../../streams/operators/plain.js'
import type { Fields } from './validated.js'

/** How a command is written: `[form, type, version, fields]`, as JSON in UTF-8. It changes with this number only. */
const FORM = 1

/** A command as it was appended, which nobody has validated yet. */
export interface Written {
  readonly type: string
  readonly version: number
  readonly fields: Fields
}

const utf8 = new TextEncoder()
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @param fields - as JSON. */
export const write = (type: string, version: number, fields: string): Uint8Array =>
  utf8.encode(`[${FORM},${JSON.stringify(type)},${version},${fields}]`)

const unreadable = (cause?: unknown): KayakError =>
  new KayakError('KAYAK_INVALID', 'The entry is no command, or was appended with another codec.', { cause })

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(text.decode(bytes))
  } catch (cause) {
    throw unreadable(cause)
  }
}

/** @throws {@link KayakError} `KAYAK_INVALID` for what `write` has not written, `KAYAK_VERSION` for a newer form. */
export function read(bytes: Uint8Array): Written {
  const whole = parsed(bytes)
  if (!Array.isArray(whole)) throw unreadable()
  const [form, type, version, fields, ...rest] = whole as readonly unknown[] // each is looked at
  if (typeof form === 'number' && form > FORM)
    throw new KayakError('KAYAK_VERSION', `The entry is a command in the form ${form}, which is newer than this one.`)
  const isVersion = typeof version === 'number' && Number.isSafeInteger(version) && version >= 1
  if (form !== FORM || typeof type !== 'string' || !isVersion || !isPlainObject(fields) || rest.length > 0)
    throw unreadable()
  return { type, version, fields }
}
