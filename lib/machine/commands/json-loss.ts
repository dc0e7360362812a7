import { isPlainArray, isPlainObject } from '../../../streams/operators/plain.js'

type Path = readonly string[]

const at = (path: Path, what: string): string => `${path.join('.')}: JSON makes something else of ${what}`

const isObject = (value: object): value is Readonly<Record<string, unknown>> =>
  // one without a prototype loses nothing that it holds
  isPlainObject(value) || Object.getPrototypeOf(value) === null

function named(value: object): string {
  if (isObject(value)) return 'symbols as keys'
  if (isPlainArray(value)) return 'an array with fields of its own'
  const { constructor: type } = value
  return typeof type === 'function' ? `an instance of ${type.name}` : 'an instance of a class'
}

/** What is inside of an array or a plain object, by its name there; nothing for what is neither, or has more to it. */
function partsOf(value: object): readonly (readonly [string, unknown])[] | undefined {
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined
  if (!isPlainArray(value)) return isObject(value) ? Object.entries(value) : undefined
  // gaps are there as undefined, so that nothing else can hide behind them
  const isMore = Object.keys(value).length > value.length
  return isMore ? undefined : Array.from(value, (part, index) => [String(index), part] as const)
}

function lossInside(value: object, path: Path): string | undefined {
  const parts = partsOf(value)
  if (parts === undefined) return at(path, named(value))
  const isList = Array.isArray(value)
  for (const [name, part] of parts) {
    // a field that isn't there is none that is lost, and an element is
    const loss = part === undefined && !isList ? undefined : lossIn(part, [...path, name])
    if (loss !== undefined) return loss
  }
  return undefined
}

/**
 * What JSON wouldn't give back as it is, and where in a value; nothing where it gives back all. A field without a value
 * may be left out, as JSON does.
 */
export function lossIn(value: unknown, path: Path = []): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      if (Object.is(value, -0)) return at(path, '-0')
      return Number.isFinite(value) ? undefined : at(path, String(value))
    case 'object':
      return value === null ? undefined : lossInside(value, path)
    default:
      return at(path, value === undefined ? 'undefined' : `a ${typeof value}`)
  }
}
