import { IsIn, IsString, Matches, MaxLength } from 'class-validator'
import { IsAddress, IsId, IsTerm, MayBeMissing } from '../../streams/contracts/fields.js'
import type { Versions } from '../../streams/contracts/protocol.js'
import type { TransportNotice } from '../../streams/contracts/transport.js'

/** How one proves oneself. */
export type Method = 'none' | 'hmac-sha256'
const METHODS: readonly Method[] = ['none', 'hmac-sha256']

/** Who somebody says to be; the first that each side sends. */
export class Hello {
  /** The newest version that one speaks, of the handshake and of all that follows it. */
  @IsTerm() declare readonly version: number
  /** The oldest. */
  @IsTerm() declare readonly oldest: number
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

const FIELDS: Readonly<Record<keyof Hello, true>> = {
  version: true,
  oldest: true,
  memberId: true,
  clusterId: true,
  address: true,
  nonce: true,
  method: true,
}

/** What all versions of a hello have: the range that its sender speaks. Undefined where there is none. */
export function versionsIn(payload: object): Versions | undefined {
  const newest: unknown = 'version' in payload ? payload.version : undefined
  const oldest: unknown = 'oldest' in payload ? payload.oldest : newest
  const isVersion = (value: unknown): value is number => Number.isSafeInteger(value)
  if (!isVersion(newest) || !isVersion(oldest) || oldest < 1 || oldest > newest) return undefined
  return { oldest, newest }
}

/** The fields that this version knows, of a hello that has others too. */
export const knownFields = (payload: object): object =>
  Object.fromEntries(Object.entries(payload).filter(([field]) => Object.hasOwn(FIELDS, field)))

export class Proof {
  @IsString() @Matches(/^([0-9a-f]{64})?$/) declare readonly proof: string
}

export type RefusalCode = Extract<TransportNotice, { type: 'peer-refused' }>['code']
const CODES: readonly RefusalCode[] = ['KAYAK_NOT_AUTHORIZED', 'KAYAK_OTHER_CLUSTER', 'KAYAK_VERSION', 'KAYAK_INVALID']

/** The last word of a side that doesn't want the other. A later version may say more, which is ignored. */
export class Refused {
  @IsIn(CODES) declare readonly code: RefusalCode
  @IsString() @MaxLength(200) declare readonly reason: string
}
