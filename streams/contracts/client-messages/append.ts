import { Equals, IsBoolean, IsString, Max, MaxLength, MinLength } from 'class-validator'
import { LARGEST_NUMBER } from '../entry-codec.js'
import { IsBytes, IsCount, IsTerm, MayBeMissing } from '../fields.js'
import { LIMITS } from '../limits.js'
import { IsTimeout } from './fields.js'
import { RequestMessage } from './request.js'

/** Appends. A name with the number 0 names one append, another number is one of a session. */
export class ClientAppend extends RequestMessage {
  @Equals('append') readonly type = 'append'
  @IsString() @MinLength(1) @MaxLength(LIMITS.clientNameLength) declare readonly name: string
  @IsCount() @Max(LARGEST_NUMBER) declare readonly number: number
  @MayBeMissing() @IsCount() readonly since?: number | undefined
  /** One byte more than the largest payload: the default codec's own. */
  @IsBytes(LIMITS.largestPayloadBytes + 1) declare readonly payload: Uint8Array
  @IsTimeout() declare readonly timeoutMs: number
  /** Whether the client wants what was appended first under the name, if that is something else. */
  @IsBoolean() declare readonly echo: boolean
}

/** Where what was appended stands. */
export class ClientAppended extends RequestMessage {
  @Equals('appended') readonly type = 'appended'
  @IsTerm() declare readonly index: number
  @IsTerm() declare readonly term: number
  @IsCount() declare readonly time: number
  /** What was appended first under the name, where that was asked for and is something else. */
  @MayBeMissing() @IsBytes(LIMITS.largestPayloadBytes + 1) readonly payload?: Uint8Array | undefined
}
