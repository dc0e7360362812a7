import { catchError, map, of, take, defaultIfEmpty, type Observable } from 'rxjs'
import { randomHex } from '../../../streams/contracts/clock.js'
import { CLIENT_VERSIONS } from '../../../streams/contracts/client-messages/index.js'
import type { ClientGate, ClientRights } from '../../../streams/contracts/client-transport.js'
import { check } from '../../../streams/contracts/validation.js'
import {
  ClientHello,
  ClientProof,
  proofText,
  readGreeting,
  refusal,
  type ClientRefusal,
  type Heard,
} from '../client/hello.js'
import type { EventName } from '../client/parser.js'
import type { Self } from '../handshake.js'
import { isSameProof, keyedHash } from '../proof.js'

/** What to do after something has arrived. */
export type MemberStep =
  | { readonly type: 'say'; readonly event: EventName; readonly payload: object }
  | { readonly type: 'done'; readonly payload: object; readonly rights: ClientRights }
  | ClientRefusal

const ALL: ClientRights = { append: true }

/**
 * A member's side of the greeting of a client, without a connection. Who has the secret, where there is one, may do
 * everything, and who has none what the consumer's `authorize` says that his token allows.
 */
export class MemberGreeting {
  #mine: object = {}
  #theirs: Heard<ClientHello> | undefined
  #awaits: EventName | undefined = 'hello'

  constructor(
    private readonly self: Self,
    private readonly gate: ClientGate,
  ) {}

  receive(event: EventName, payload: unknown): Observable<MemberStep> {
    if (event !== this.#awaits) return of(refusal('KAYAK_INVALID', `"${event}" is out of turn`))
    return event === 'hello' ? of(this.#meet(payload)) : this.#judge(payload)
  }

  #meet(payload: unknown): MemberStep {
    const { id: memberId, clusterId, address, random } = this.self
    const theirs = readGreeting(ClientHello, payload, CLIENT_VERSIONS)
    if (theirs.type === 'refused') return theirs
    const why = this.#unwelcome(theirs.greeting)
    if (why !== undefined) return refusal('KAYAK_NOT_AUTHORIZED', why)
    if (clusterId === undefined) return refusal('KAYAK_STOPPED', 'this member is of no cluster yet')
    const { newest: version, oldest } = CLIENT_VERSIONS
    this.#mine = { version, oldest, nonce: randomHex(random, 32), memberId, clusterId, address }
    this.#theirs = theirs
    this.#awaits = 'proof'
    return { type: 'say', event: 'challenge', payload: this.#mine }
  }

  #unwelcome({ method }: ClientHello): string | undefined {
    const { secret } = this.self
    const { authorize } = this.gate
    switch (method) {
      case 'token':
        return authorize === undefined ? 'this member takes no tokens' : undefined
      case 'hmac-sha256':
        return secret === undefined ? 'this member has no secret' : undefined
      case 'none':
        if (authorize !== undefined) return 'this member wants a token'
        return secret === undefined ? undefined : 'this member has a secret'
    }
  }

  #judge(payload: unknown): Observable<MemberStep> {
    const theirs = this.#theirs
    const checked = check(ClientProof, payload)
    this.#awaits = undefined
    if (theirs === undefined) return of(refusal('KAYAK_INVALID', '"proof" is out of turn'))
    if (!checked.ok) return of(refusal('KAYAK_INVALID', checked.reason))
    const { proof, token } = checked.value
    if (theirs.greeting.method === 'token') return this.#authorize(token ?? '')
    if (!isSameProof(this.#prove('client', theirs), proof))
      return of(refusal('KAYAK_NOT_AUTHORIZED', 'the secrets differ'))
    return of(this.#welcome(ALL, this.#prove('member', theirs)))
  }

  #authorize(token: string): Observable<MemberStep> {
    const no = refusal('KAYAK_NOT_AUTHORIZED', 'the token does not let it in')
    const { authorize } = this.gate
    if (authorize === undefined) return of(no)
    return authorize(token).pipe(
      take(1),
      defaultIfEmpty(undefined),
      map(rights => (rights === undefined ? no : this.#welcome(rights, ''))),
      // what fails lets nobody in
      catchError(() => of(no)),
    )
  }

  #welcome(rights: ClientRights, proof: string): MemberStep {
    return { type: 'done', payload: { proof, append: rights.append }, rights }
  }

  #prove(side: 'client' | 'member', { said }: Heard<ClientHello>): string {
    const { secret } = this.self
    return secret === undefined ? '' : keyedHash(secret, proofText(side, said, this.#mine))
  }
}
