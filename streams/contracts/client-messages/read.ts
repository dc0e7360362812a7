import { Equals, IsIn, IsNumber, IsString, MaxLength, Min } from 'class-validator'
import { IsCount, MayBeMissing } from '../fields.js'
import type { ReadLevel } from '../host.js'
import { IsTimeout } from './fields.js'
import { RequestMessage } from './request.js'

const LEVELS: readonly ReadLevel[] = ['linearizable', 'lease', 'bounded', 'session', 'stale']

/** Asks for an index that is as fresh as a level says (section 6.4). */
export class ClientRead extends RequestMessage {
  @Equals('read') readonly type = 'read'
  @IsIn(LEVELS) declare readonly level: ReadLevel
  @MayBeMissing() @IsNumber() @Min(0) readonly maxMs?: number | undefined
  @MayBeMissing() @IsCount() readonly maxEntries?: number | undefined
  @MayBeMissing() @IsString() @MaxLength(100) readonly token?: string | undefined
  @IsTimeout() declare readonly timeoutMs: number
}

/** The member has applied up to `index`, which is as fresh as was asked for. */
export class ClientFresh extends RequestMessage {
  @Equals('fresh') readonly type = 'fresh'
  @IsCount() declare readonly index: number
  /** What a consumer that has applied all up to `index` has acknowledged at least, as far as the member knows. */
  @IsCount() declare readonly visible: number
}
