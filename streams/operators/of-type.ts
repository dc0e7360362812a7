import { filter, type OperatorFunction } from 'rxjs'
import type { Entry } from '../contracts/host.js'

/** A class, by which payloads are told, whatever it is made with. */
interface Class<T = unknown> {
  readonly prototype: T
  [Symbol.hasInstance](value: unknown): boolean
}

/** By what payloads are told: the value of their field `type`, or their class. */
export type PayloadType = string | number | Class

/** The payloads that one of some types tells. */
export type PayloadOf<T, Type> = Type extends Class<infer Instance> ? Instance : Extract<T, { readonly type: Type }>

const isClass = (type: unknown): type is Class => typeof type === 'function'

const typeOf = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'type' in payload ? payload.type : undefined

/**
 * Entries of some types only, as which TypeScript then knows them: by the field `type` that tells the variants of a union
 * apart, or by their class.
 *
 * ```
 *  entries          --d---w---d---x--      payloads { type: 'deposit' }, { type: 'withdrawal' }, …
 *  ofType('deposit')
 *  result           --d-------d------
 * ```
 *
 * @example
 * ```ts
 * entries$.pipe(ofType('deposit', 'withdrawal'))
 * entries$.pipe(ofType(Transfer))
 * ```
 */
export const ofType = <T, const Types extends readonly PayloadType[]>(
  ...types: Types
): OperatorFunction<Entry<T>, Entry<PayloadOf<T, Types[number]>>> => {
  const told: readonly unknown[] = types
  const classes = told.filter(isClass)
  const names = new Set(told.filter(type => !isClass(type)))
  const isOf = (entry: Entry<T>): entry is Entry<T> & Entry<PayloadOf<T, Types[number]>> => {
    const { payload } = entry
    return names.has(typeOf(payload)) || classes.some(one => payload instanceof one)
  }
  return filter(isOf)
}
