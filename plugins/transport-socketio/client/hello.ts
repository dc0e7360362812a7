import { IsBoolean, IsIn, IsString, Matches, MaxLength } from 'class-validator'
import { IsAddress, IsId, IsTerm, MayBeMissing } from '../../../streams/contracts/fields.js'
import { agreedVersion, apartText, type Versions } from '../../../streams/contracts/protocol.js'
import type { TransportNotice } from '../../../streams/contracts/transport.js'
import { check } from '../../../streams/contracts/validation.js'
import { versionsIn } from '../hello.js'

/*
 * How a client and a member greet each other. The secret is proven by both and never sent; a token is shown, and proves
 * nothing of the member.
 *
 *     client                            member
 *        ── hello: versions, nonce ──────▶
 *        ◀───────── challenge: who, nonce ──
 *        ── proof, or token ─────────────▶   knows what the client may do
 *        ◀────────── welcome: proof, rights ──
 *     knows the member
 */
export type Method = 'none' | 'hmac-sha256' | 'token'
const METHODS: readonly Method[] = ['none', 'hmac-sha256', 'token']

/** The first that a client says. */
export class ClientHello {
  @IsTerm() declare readonly version: number
  @IsTerm() declare readonly oldest: number
  /** 32 random bytes. */
  @IsString() @Matches(/^[0-9a-f]{64}$/) declare readonly nonce: string
  @IsIn(METHODS) declare readonly method: Method
}

/** The first that a member says to a client. */
export class ClientChallenge {
  @IsTerm() declare readonly version: number
  @IsTerm() declare readonly oldest: number
  @IsString() @Matches(/^[0-9a-f]{64}$/) declare readonly nonce: string
  @IsId() declare readonly memberId: string
  @IsId() declare readonly clusterId: string
  @IsAddress() declare readonly address: string
}

/** Longer than any token that anybody uses, and short of what a stranger may send. */
export const LONGEST_TOKEN = 8192

export class ClientProof {
  @IsString() @Matches(/^([0-9a-f]{64})?$/) declare readonly proof: string
  @MayBeMissing() @IsString() @MaxLength(LONGEST_TOKEN) readonly token?: string | undefined
}

export class ClientWelcome {
  @IsString() @Matches(/^([0-9a-f]{64})?$/) declare readonly proof: string
  @IsBoolean() declare readonly append: boolean
}

export type ClientRefusalCode = Extract<TransportNotice, { type: 'client-refused' }>['code']
const CODES: readonly ClientRefusalCode[] = [
  'KAYAK_NOT_AUTHORIZED',
  'KAYAK_VERSION',
  'KAYAK_INVALID',
  'KAYAK_OVERLOADED',
  'KAYAK_STOPPED',
]

/** The last word of a side that doesn't want the other. */
export class ClientRefused {
  @IsIn(CODES) declare readonly code: ClientRefusalCode
  @IsString() @MaxLength(200) declare readonly reason: string
}

export interface ClientRefusal {
  readonly type: 'refused'
  readonly code: ClientRefusalCode
  readonly reason: string
}

export const refusal = (code: ClientRefusalCode, reason: string): ClientRefusal => ({ type: 'refused', code, reason })

/** A greeting that was understood. */
export interface Heard<Greeting> {
  readonly type: 'heard'
  /** As it came, with what this version doesn't know. */
  readonly said: object
  readonly greeting: Greeting
}

const KNOWN = ['version', 'oldest', 'nonce', 'method', 'memberId', 'clusterId', 'address']

const knownFields = (said: object): object =>
  Object.fromEntries(Object.entries(said).filter(([field]) => KNOWN.includes(field)))

/** Another version may have other fields, so its number is looked at first. Further ones of a newer one are ignored. */
export function readGreeting<Greeting extends object>(
  Type: new () => Greeting,
  said: unknown,
  mine: Versions,
): Heard<Greeting> | ClientRefusal {
  if (typeof said !== 'object' || said === null) return refusal('KAYAK_INVALID', 'not an object')
  const theirs = versionsIn(said)
  if (theirs !== undefined && agreedVersion(mine, theirs) === undefined)
    return refusal('KAYAK_VERSION', apartText(mine, theirs))
  const isNewer = theirs !== undefined && theirs.newest > mine.newest
  const checked = check(Type, isNewer ? knownFields(said) : said)
  if (!checked.ok) return refusal('KAYAK_INVALID', checked.reason)
  if (theirs === undefined) return refusal('KAYAK_INVALID', 'oldest: newer than version')
  return { type: 'heard', said, greeting: checked.value }
}

/**
 * What a proof is made over: all that both have said, and which side proves. It begins otherwise than that of members, so
 * that no proof of a client's connection does for a member's.
 */
export const proofText = (side: 'client' | 'member', client: object, member: object): string =>
  JSON.stringify(['kayak client handshake', side, client, member])

/** Where clients ask for their WebSocket. */
export const CLIENT_PATH = '/kayak-client'
export const CLIENT_REQUEST_URL = `${CLIENT_PATH}/?EIO=4&transport=websocket`
