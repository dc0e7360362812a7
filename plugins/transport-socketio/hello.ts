import { IsIn, IsInt, IsString, Matches, MaxLength } from 'class-validator'
import { IsAddress, IsId, MayBeMissing } from '../../streams/contracts/fields.js'
import type { TransportNotice } from '../../streams/contracts/transport.js'

/** The version of the handshake and of all that follows it. */
export const VERSION = 1

/** How one proves oneself. */
export type Method = 'none' | 'hmac-sha256'
const METHODS: readonly Method[] = ['none', 'hmac-sha256']

/** Who somebody says to be; the first that each side sends. */
export class Hello {
  @IsInt() declare readonly version: number
  @IsId() declare readonly memberId: string
  /** Missing for a joiner that doesn't know it yet. */
  @MayBeMissing() @IsId() readonly clusterId?: string
  @IsAddress() declare readonly address: string
  /** 32 random bytes. */
  @IsString() @Matches(/^[0-9a-f]{64}$/) declare readonly nonce: string
  @IsIn(METHODS) declare readonly method: Method
}

/** What a hello says, checked or one's own. */
export type Greeting = { readonly [Field in keyof Hello]: Hello[Field] }

export class Proof {
  @IsString() @Matches(/^([0-9a-f]{64})?$/) declare readonly proof: string
}

export type RefusalCode = Extract<TransportNotice, { type: 'peer-refused' }>['code']
const CODES: readonly RefusalCode[] = ['KAYAK_NOT_AUTHORIZED', 'KAYAK_OTHER_CLUSTER', 'KAYAK_VERSION', 'KAYAK_INVALID']

/** The last word of a side that doesn't want the other. */
export class Refused {
  @IsIn(CODES) declare readonly code: RefusalCode
  @IsString() @MaxLength(200) declare readonly reason: string
}
