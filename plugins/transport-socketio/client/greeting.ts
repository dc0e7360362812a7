import { randomHex, type Random } from '../../../streams/contracts/clock.js'
import { CLIENT_VERSIONS } from '../../../streams/contracts/client-messages/index.js'
import type { ClientRights } from '../../../streams/contracts/client-transport.js'
import type { Member } from '../../../streams/contracts/member.js'
import { check } from '../../../streams/contracts/validation.js'
import {
  ClientChallenge,
  ClientRefused,
  ClientWelcome,
  proofText,
  readGreeting,
  refusal,
  type ClientHello,
  type ClientRefusal,
  type Heard,
  type Method,
} from './hello.js'
import type { EventName } from './parser.js'
import { keyedHash } from './proof.js'

/** What a client may come in by. A token may be made anew for each connection. */
export interface Credentials {
  readonly secret: string | undefined
  readonly token: (() => string | Promise<string>) | undefined
}

/** What to do after something has arrived. */
export type GreetingStep =
  | { readonly type: 'say'; readonly event: EventName; readonly payload: object }
  | { readonly type: 'done'; readonly member: Member; readonly clusterId: string; readonly rights: ClientRights }
  | ClientRefusal

const methodOf = ({ secret, token }: Credentials): Method => {
  if (token !== undefined) return 'token'
  return secret === undefined ? 'none' : 'hmac-sha256'
}

const outOfTurn = (event: EventName): ClientRefusal => refusal('KAYAK_INVALID', `"${event}" is out of turn`)

/** A client's side of the greeting, without a connection: what arrives goes in, what to do comes out. */
export class ClientGreeting {
  readonly #mine: { readonly [Field in keyof ClientHello]: ClientHello[Field] }
  #theirs: Heard<ClientChallenge> | undefined
  #awaits: EventName = 'challenge'

  constructor(
    private readonly credentials: Credentials,
    random: Random,
  ) {
    const { newest: version, oldest } = CLIENT_VERSIONS
    this.#mine = { version, oldest, nonce: randomHex(random, 32), method: methodOf(credentials) }
  }

  get opening(): GreetingStep {
    return { type: 'say', event: 'hello', payload: this.#mine }
  }

  async receive(event: EventName, payload: unknown): Promise<GreetingStep> {
    if (event === 'refused') return this.#refused(payload)
    if (event !== this.#awaits) return outOfTurn(event)
    return event === 'challenge' ? this.#prove(payload) : this.#verify(payload)
  }

  #refused(payload: unknown): ClientRefusal {
    const checked = check(ClientRefused, payload)
    if (!checked.ok) return refusal('KAYAK_INVALID', checked.reason)
    return refusal(checked.value.code, `the member says: ${checked.value.reason}`)
  }

  async #prove(payload: unknown): Promise<GreetingStep> {
    const theirs = readGreeting(ClientChallenge, payload, CLIENT_VERSIONS)
    if (theirs.type === 'refused') return theirs
    this.#theirs = theirs
    this.#awaits = 'welcome'
    const { token } = this.credentials
    if (token !== undefined) return { type: 'say', event: 'proof', payload: { proof: '', token: await token() } }
    return { type: 'say', event: 'proof', payload: { proof: await this.#proofOf('client', theirs) } }
  }

  async #verify(payload: unknown): Promise<GreetingStep> {
    const theirs = this.#theirs
    const checked = check(ClientWelcome, payload)
    if (theirs === undefined) return outOfTurn('welcome')
    if (!checked.ok) return refusal('KAYAK_INVALID', checked.reason)
    // nothing is awaited any more: a second welcome is out of turn
    this.#awaits = 'refused'
    const isProven =
      this.credentials.token !== undefined || checked.value.proof === (await this.#proofOf('member', theirs))
    if (!isProven) return refusal('KAYAK_NOT_AUTHORIZED', 'the member does not have the secret')
    const { memberId: id, address, clusterId } = theirs.greeting
    return { type: 'done', member: { id, address }, clusterId, rights: { append: checked.value.append } }
  }

  async #proofOf(side: 'client' | 'member', { said }: Heard<ClientChallenge>): Promise<string> {
    const { secret } = this.credentials
    return secret === undefined ? '' : keyedHash(secret, proofText(side, this.#mine, said))
  }
}
