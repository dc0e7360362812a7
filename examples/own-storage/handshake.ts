import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, validateSync } from 'class-validator'
import { agreedVersion, apartText, type Random, type TransportNotice, type Versions } from 'kayak'

type RefusalCode = Extract<TransportNotice, { type: 'peer-refused' }>['code']
const CODES = ['KAYAK_NOT_AUTHORIZED', 'KAYAK_OTHER_CLUSTER', 'KAYAK_VERSION', 'KAYAK_INVALID'] as const

/** One side doesn't want to talk with the other. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly isTheirs = false,
  ) {
    super(message)
  }
}

/** Who this member is to others. */
export interface Self {
  readonly id: string
  readonly address: string
  clusterId: string | undefined
  readonly secret: string | undefined
  readonly versions: Versions
  readonly random: Random
}

const ID = /^[0-9a-f]{32}$/

/** What each side says first. */
class Hello {
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) declare readonly oldest: number
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) declare readonly newest: number
  @IsString() @Matches(ID) declare readonly memberId: string
  /** Missing where it isn't known yet. */
  @IsOptional() @IsString() @Matches(ID) readonly clusterId?: string
  @IsString() @MaxLength(262) declare readonly address: string
  @IsString() @Matches(/^[0-9a-f]{64}$/) declare readonly nonce: string
  @IsBoolean() declare readonly hasSecret: boolean

  constructor(said: Readonly<Record<string, unknown>>) {
    const { oldest, newest, memberId, clusterId, address, nonce, hasSecret } = said
    // and not what only a later version knows
    Object.assign(this, { oldest, newest, memberId, clusterId, address, nonce, hasSecret })
  }
}

const helloOf = ({ id, address, clusterId, secret, versions, random }: Self): Record<string, unknown> => ({
  ...versions,
  memberId: id,
  clusterId,
  address,
  nonce: Buffer.from(random.bytes(32)).toString('hex'),
  hasSecret: secret !== undefined,
})

/** What both have said, for nobody else and for no other time: a proof can't be used again, nor by whom it was given to. */
function proofOf({ secret }: Self, side: 'dialler' | 'acceptor', hellos: readonly object[]): string {
  if (secret === undefined) return ''
  return createHmac('sha256', secret)
    .update(JSON.stringify([side, ...hellos]))
    .digest('hex')
}

/** Compares in a time that doesn't tell where they differ. */
const isEqual = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other)

/** Before somebody has proven who he is, a few words of JSON are all that he is listened to. */
export const say = (socket: Socket, words: object): boolean => socket.write(frame(Buffer.from(JSON.stringify(words))))

export function frame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

async function hear(frames: AsyncIterator<Buffer>): Promise<Record<string, unknown>> {
  const next = await frames.next()
  if (next.done === true) throw new Error('has hung up')
  const said: unknown = JSON.parse(next.value.toString())
  if (typeof said !== 'object' || said === null) throw new Refusal('KAYAK_INVALID', 'no object')
  // an object has fields, which nobody has looked at yet
  const { code, reason, ...words } = said as Record<string, unknown>
  const known = CODES.find(one => one === code)
  if (known !== undefined) throw new Refusal(known, `by the peer: ${String(reason)}`, true)
  return words
}

function judge(self: Self, theirs: Hello, expected: string | undefined): number {
  if (validateSync(theirs).length > 0) throw new Refusal('KAYAK_INVALID', 'no hello')
  const version = agreedVersion(self.versions, theirs)
  if (version === undefined) throw new Refusal('KAYAK_VERSION', apartText(self.versions, theirs))
  if (theirs.memberId === self.id) throw new Refusal('KAYAK_INVALID', 'it has the id of this member')
  if (expected !== undefined && theirs.memberId !== expected)
    throw new Refusal('KAYAK_INVALID', `it is ${theirs.memberId}, not ${expected}`)
  if (theirs.hasSecret !== (self.secret !== undefined))
    throw new Refusal('KAYAK_NOT_AUTHORIZED', 'only one side has a secret')
  if (self.clusterId !== undefined && theirs.clusterId !== undefined && theirs.clusterId !== self.clusterId)
    throw new Refusal('KAYAK_OTHER_CLUSTER', `it is of cluster ${theirs.clusterId}`)
  return version
}

/** Who has been met, and in which version the two talk. */
export interface Met {
  readonly peer: { readonly id: string; readonly address: string }
  readonly version: number
}

/**
 * Two members meet. Who has dialled proves himself first, so that who merely dials learns nothing that he could try
 * secrets on. The secret itself is never sent.
 *
 * @param dialled - whom this side has dialled, by his id if it is known; undefined on the side that was dialled.
 */
export async function meet(
  socket: Socket,
  frames: AsyncIterator<Buffer>,
  self: Self,
  dialled: { readonly id: string | undefined } | undefined,
): Promise<Met> {
  const mine = helloOf(self)
  if (dialled !== undefined) say(socket, mine)
  const theirs = await hear(frames)
  const hello = new Hello(theirs)
  const version = judge(self, hello, dialled?.id)
  if (dialled === undefined) say(socket, mine)
  const hellos = dialled === undefined ? [theirs, mine] : [mine, theirs]
  const prove = (side: 'dialler' | 'acceptor'): object => ({ proof: proofOf(self, side, hellos) })
  if (dialled !== undefined) say(socket, prove('dialler'))
  const expected = proofOf(self, dialled === undefined ? 'dialler' : 'acceptor', hellos)
  const { proof } = await hear(frames)
  if (typeof proof !== 'string' || !isEqual(Buffer.from(proof), Buffer.from(expected)))
    throw new Refusal('KAYAK_NOT_AUTHORIZED', 'the secrets differ')
  if (dialled === undefined) say(socket, prove('acceptor'))
  return { peer: { id: hello.memberId, address: hello.address }, version }
}
