import { getMetadataStorage } from 'class-validator'
import { KayakError } from '../../../streams/contracts/errors.js'
import { check } from '../../../streams/contracts/validation.js'
import type { StandardSchema } from './standard-schema.js'

/** What an object of a class holds, without what it does. */
export type FieldsOf<T> = {
  readonly [Name in keyof T as T[Name] extends (...given: never[]) => unknown ? never : Name]: T[Name]
}

/**
 * A class whose fields have class-validator's decorators, as a schema: every field is checked, none may be missing but
 * where the class says so (`@IsOptional()`), and none may be there besides. What it gives is a plain object, no instance.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once for a class without such decorators, or with asynchronous ones, which
 * nobody would wait for.
 */
export function fromClass<T extends object>(Type: new () => T): StandardSchema<FieldsOf<T>> {
  const storage = getMetadataStorage()
  const decorators = storage.getTargetValidationMetadatas(Type, '', false, false)
  const isAsync = decorators.some(({ constraintCls }) =>
    // a decorator that is no constraint of its own has no class
    storage.getTargetValidatorConstraints(constraintCls).some(constraint => constraint.async),
  )
  if (decorators.length === 0)
    throw new KayakError('KAYAK_INVALID', `${Type.name} has no decorators of class-validator.`)
  if (isAsync)
    throw new KayakError('KAYAK_INVALID', `${Type.name} has asynchronous decorators, which a log can't wait for.`)
  return {
    '~standard': {
      version: 1,
      vendor: 'kayak',
      validate: value => {
        const checked = check(Type, value)
        return checked.ok ? { value: { ...checked.value } } : { issues: [{ message: checked.reason }] }
      },
    },
  }
}
