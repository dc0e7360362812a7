/**
 * What validates, whoever has made it: the interface of standardschema.dev that zod, valibot, ArkType and others have.
 * Written down here as far as kayak looks at it, so that kayak depends on none of them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** Gives what it makes of a value, or what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** Not there at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What has come of a validation. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

/** What is wrong with a value, and where in it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema gives. */
export type OutputOf<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']

/** Some schemas are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard: unknown = '~standard' in value ? value['~standard'] : undefined
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}
