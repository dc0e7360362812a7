import { getMetadataStorage, ValidationTypes } from 'class-validator'
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator'

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number]
/** Whether an object of the class is right. */
type Check = (object: object, value: unknown) => boolean

interface Field {
  readonly name: string
  /** Whether the field is right, or not to be looked at. */
  readonly holds: Check
}

/** A class whose checks are found once: `validateSync` looks for them anew each time, which takes most of its time. */
type Compiled = ReadonlyMap<string, Field>

const valueOf = (object: object, name: string): unknown => (object as Record<string, unknown>)[name] // any object has keys

const NOTHING: object = {}

function checkOf(metadata: Metadata, constraint: ValidatorConstraintInterface): Check {
  const { propertyName: property, each } = metadata
  const constraints: unknown[] = metadata.constraints
  // one for all calls, of which there are many: constraints keep nothing of it
  const about: ValidationArguments = { targetName: '', property, object: NOTHING, value: undefined, constraints }
  const validate = (object: object, value: unknown): boolean => {
    about.targetName = object.constructor.name
    about.object = object
    about.value = value
    const holds = constraint.validate(value, about) === true
    about.object = NOTHING
    about.value = undefined
    return holds
  }
  if (!each) return validate
  // as class-validator does, which looks at a value that is no list as if it were the only item
  return (object, value) => {
    if (value instanceof Set || value instanceof Map) return false
    return Array.isArray(value) ? value.every(item => validate(object, item)) : validate(object, value)
  }
}

/** The kinds of decorators whose constraints say all. */
const HAVE_CONSTRAINTS = [ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.IS_DEFINED]

/** What `ValidateNested` looks at: an object by its own class, or a list of them. */
function areValid(_: object, value: unknown): boolean {
  if (Array.isArray(value)) return value.every(item => areValid(value, item))
  if (typeof value !== 'object' || value === null || value instanceof Set || value instanceof Map) return false
  // whoever sent the object may have named a field like this
  const Type: unknown = value.constructor
  // the class that has made the object; what is none has no decorators
  return typeof Type === 'function' && isSurelyValid(Type as new () => object, value)
}

/** The checks that a decorator stands for; undefined for those that only `validateSync` knows how to do. */
function checksOf(metadata: Metadata): readonly Check[] | undefined {
  if (metadata.type === ValidationTypes.NESTED_VALIDATION) return [areValid]
  if (!HAVE_CONSTRAINTS.includes(metadata.type) || metadata.validateIf !== undefined) return undefined
  const constraints = getMetadataStorage().getTargetValidatorConstraints(metadata.constraintCls)
  if (constraints.some(constraint => constraint.async)) return undefined
  return constraints.map(({ instance }) => checkOf(metadata, instance))
}

/** All of several checks, as one. */
const all = (checks: readonly Check[]): Check =>
  checks.reduce(
    (before, check) => (object, value) => before(object, value) && check(object, value),
    () => true,
  )

function fieldOf(name: string, metadatas: readonly Metadata[]): Field | undefined {
  const isCondition = ({ type }: Metadata): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION
  // what ValidateIf and IsOptional keep as their only constraint
  const conditions = metadatas.filter(isCondition).map(({ constraints }) => constraints[0] as Check)
  const checks = metadatas.filter(metadata => !isCondition(metadata)).map(checksOf)
  if (checks.includes(undefined)) return undefined
  const isAsked = all(conditions)
  const isRight = all(checks.flatMap(known => known ?? []))
  return { name, holds: (object, value) => !isAsked(object, value) || isRight(object, value) }
}

function compile(Type: new () => object): Compiled | undefined {
  const metadatas = getMetadataStorage().getTargetValidationMetadatas(Type, '', false, false)
  const fields = new Map<string, Field>()
  for (const name of new Set(metadatas.map(({ propertyName }) => propertyName))) {
    const field = fieldOf(
      name,
      metadatas.filter(({ propertyName }) => propertyName === name),
    )
    if (field === undefined) return undefined
    fields.set(name, field)
  }
  return fields.size === 0 ? undefined : fields
}

const compiled = new WeakMap<object, { readonly fields: Compiled | undefined }>()

function compiledOf(Type: new () => object): Compiled | undefined {
  const known = compiled.get(Type) ?? { fields: compile(Type) }
  compiled.set(Type, known)
  return known.fields
}

const holds = ({ name, holds }: Field, object: object): boolean => holds(object, valueOf(object, name))

/**
 * Whether an object is surely right by the decorators of its class: every field, and none besides. False says nothing
 * but that `validateSync` must be asked, which also tells what is wrong.
 */
export function isSurelyValid(Type: new () => object, object: object): boolean {
  const fields = compiledOf(Type)
  if (fields === undefined) return false
  for (const field of fields.values()) if (!holds(field, object)) return false
  return Object.keys(object).every(key => fields.has(key))
}
