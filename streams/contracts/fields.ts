import { applyDecorators } from './decorators.js'
import { IsInt, IsString, Matches, Max, MaxLength, Min, ValidateBy, ValidateIf } from 'class-validator'

/** May be left out, or undefined. Unlike `IsOptional` it doesn't let null pass, which no default and no type expects. */
export const MayBeMissing = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined)

/** A count, index, term or time: a safe integer from 0. */
export const IsCount = (): PropertyDecorator => applyDecorators(IsInt(), Min(0), Max(Number.MAX_SAFE_INTEGER))

/** A term that a leader or candidate may have. */
export const IsTerm = (): PropertyDecorator => applyDecorators(IsInt(), Min(1), Max(Number.MAX_SAFE_INTEGER))

/** The id of a member or cluster: 32 hexadecimal digits. */
export const IsId = (): PropertyDecorator => applyDecorators(IsString(), Matches(/^[0-9a-f]{32}$/))

/** `host:port`, as others dial it. */
export const IsAddress = (): PropertyDecorator =>
  applyDecorators(IsString(), MaxLength(262), Matches(/^[^\s/]+:\d{1,5}$/))

/** What names a request: no two attempts have the same. */
export const IsRequestId = (): PropertyDecorator => applyDecorators(IsString(), Matches(/^[0-9a-z-]{1,64}$/))

/** Bytes, at most so many. */
export const IsBytes = (most: number): PropertyDecorator =>
  ValidateBy({
    name: 'isBytes',
    validator: {
      validate: (value: unknown) => value instanceof Uint8Array && value.byteLength <= most,
      defaultMessage: () => `must be a Uint8Array of at most ${String(most)} bytes`,
    },
  })
