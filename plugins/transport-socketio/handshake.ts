import { randomHex, type Random } from '../../streams/contracts/clock.js'
import { agreedVersion, apartText, type Protocol, type Versions } from '../../streams/contracts/protocol.js'
import { check } from '../../streams/contracts/validation.js'
import { Hello, knownFields, Proof, Refused, versionsIn, type Greeting, type RefusalCode } from './hello.js'
import type { EventName } from './parser.js'
import { isSameProof, prove, type Side } from './proof.js'
import { Tongue } from './tongue.js'

/** Who this member is, to those whom it meets. */
export interface Self {
  readonly id: string
  /** What others dial; known once this member listens. */
  address: string
  readonly secret: string | undefined
  clusterId: string | undefined
  readonly random: Random
  readonly protocol: Protocol
}

/** Why one side doesn't want the other, and whether it was the other that said so. */
export interface Refusal {
  readonly type: 'refused'
  readonly code: RefusalCode
  readonly reason: string
  readonly isTheirs: boolean
}

/** What to do after something has arrived: say something and wait for more, or it is over. */
export type Step =
  | { readonly type: 'say'; readonly event: EventName; readonly payload: object }
  | { readonly type: 'done'; readonly say: { readonly event: EventName; readonly payload: object } | undefined }
  | Refusal

const refuse = (code: RefusalCode, reason: string): Refusal => ({ type: 'refused', code, reason, isTheirs: false })

const outOfTurn = (event: EventName): Refusal => refuse('KAYAK_INVALID', `"${event}" is out of turn`)

/** What counts of a refusal: it may come before one knows which version the other speaks. */
const heeded = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'code' in payload && 'reason' in payload
    ? { code: payload.code, reason: payload.reason }
    : payload

function makeHello(self: Self): Greeting {
  const cluster = self.clusterId === undefined ? {} : { clusterId: self.clusterId }
  return {
    version: self.protocol.newest,
    oldest: self.protocol.oldest,
    memberId: self.id,
    ...cluster,
    address: self.address,
    nonce: randomHex(self.random, 32),
    method: self.secret === undefined ? 'none' : 'hmac-sha256',
  }
}

/** Another version may have other fields, so its number is looked at first. Further ones of a newer one are ignored. */
function readHello(payload: unknown, mine: Versions): Heard | Refusal {
  if (typeof payload !== 'object' || payload === null) return refuse('KAYAK_INVALID', 'not an object')
  const theirs = versionsIn(payload)
  const version = theirs && agreedVersion(mine, theirs)
  if (theirs !== undefined && version === undefined) return refuse('KAYAK_VERSION', apartText(mine, theirs))
  const isNewer = theirs !== undefined && theirs.newest > mine.newest
  const checked = check(Hello, isNewer ? knownFields(payload) : payload)
  if (!checked.ok) return refuse('KAYAK_INVALID', checked.reason)
  if (version === undefined) return refuse('KAYAK_INVALID', 'oldest: newer than version')
  return { said: payload, hello: checked.value, version }
}

/** A hello of the other side. */
interface Heard {
  /** As it came, with what this version doesn't know. */
  readonly said: object
  readonly hello: Greeting
  /** In which the two talk. */
  readonly version: number
}

/** Whether somebody who says so would be welcome. */
function judge(self: Self, theirs: Greeting, expectedId: string | undefined): Refusal | undefined {
  // Without this a member could be made to prove itself to itself, for somebody else.
  if (theirs.memberId === self.id) return refuse('KAYAK_INVALID', 'it has the id of this member')
  if (expectedId !== undefined && theirs.memberId !== expectedId)
    return refuse('KAYAK_INVALID', `it is ${theirs.memberId}, not ${expectedId}`)
  if ((theirs.method === 'none') !== (self.secret === undefined))
    return refuse('KAYAK_NOT_AUTHORIZED', 'only one side has a secret')
  if (theirs.clusterId !== undefined && self.clusterId !== undefined && theirs.clusterId !== self.clusterId)
    return refuse('KAYAK_OTHER_CLUSTER', `it is of cluster ${theirs.clusterId}`)
  return undefined
}

/**
 * One side of a handshake, without a connection: what arrives goes in, what to do comes out.
 *
 *     dialler                          acceptor
 *        ── hello: who, nonce ──────────▶
 *        ◀────────── challenge: who, nonce ──
 *        ── proof ──────────────────────▶   knows the dialler
 *        ◀───────────────── welcome: proof ──
 *     knows the acceptor
 *
 * The secret itself is never sent. The dialler proves itself first, so that who merely connects learns nothing that he
 * could try passwords on.
 */
export class Handshake {
  readonly #mine: Greeting
  #theirs: Heard | undefined
  #awaits: EventName

  constructor(
    private readonly self: Self,
    private readonly side: Side,
    private readonly expectedId?: string,
  ) {
    this.#mine = makeHello(self)
    this.#awaits = side === 'dialler' ? 'challenge' : 'hello'
  }

  /** What a dialler says first. */
  get opening(): Step {
    return { type: 'say', event: 'hello', payload: this.#mine }
  }

  /** Who the other says to be; proven once a step is `done`. */
  get peer(): { readonly id: string; readonly address: string } | undefined {
    return this.#theirs && { id: this.#theirs.hello.memberId, address: this.#theirs.hello.address }
  }

  /** What the two talk in; known with the peer. */
  get tongue(): Tongue {
    return new Tongue(this.self.protocol, this.#theirs?.version ?? this.self.protocol.newest)
  }

  receive(event: EventName, payload: unknown): Step {
    if (event === 'refused') return this.#refused(payload)
    if (event !== this.#awaits) return outOfTurn(event)
    return event === 'hello' || event === 'challenge' ? this.#meet(payload) : this.#verify(event, payload)
  }

  #refused(payload: unknown): Refusal {
    const checked = check(Refused, heeded(payload))
    if (!checked.ok) return refuse('KAYAK_INVALID', checked.reason)
    return { type: 'refused', code: checked.value.code, reason: `by the peer: ${checked.value.reason}`, isTheirs: true }
  }

  #meet(payload: unknown): Step {
    const theirs = readHello(payload, this.self.protocol)
    if (!('said' in theirs)) return theirs
    this.#theirs = theirs
    const refusal = judge(this.self, theirs.hello, this.expectedId)
    if (refusal !== undefined) return refusal
    this.#awaits = this.side === 'dialler' ? 'welcome' : 'proof'
    if (this.side === 'acceptor') return { type: 'say', event: 'challenge', payload: this.#mine }
    return { type: 'say', event: 'proof', payload: { proof: this.#prove('dialler', theirs) } }
  }

  #verify(event: EventName, payload: unknown): Step {
    const theirs = this.#theirs
    if (theirs === undefined) return outOfTurn(event)
    const checked = check(Proof, payload)
    if (!checked.ok) return refuse('KAYAK_INVALID', checked.reason)
    const other = this.side === 'dialler' ? 'acceptor' : 'dialler'
    if (!isSameProof(this.#prove(other, theirs), checked.value.proof))
      return refuse('KAYAK_NOT_AUTHORIZED', 'the secrets differ')
    // Nothing is awaited any more: a second welcome or proof is out of turn.
    this.#awaits = 'refused'
    if (this.side === 'dialler') return { type: 'done', say: undefined }
    return { type: 'done', say: { event: 'welcome', payload: { proof: this.#prove('acceptor', theirs) } } }
  }

  #prove(side: Side, { said }: Heard): string {
    const [dialler, acceptor] = this.side === 'dialler' ? [this.#mine, said] : [said, this.#mine]
    return prove(this.self.secret, side, dialler, acceptor)
  }
}
