import { Observable, Subject, type Subscriber } from 'rxjs'
import type { ClientEvent, ClientOptions, Member, Payload } from 'kayak'
import { RemoteClient } from '../../lib/client/client'
import { resolveClient } from '../../lib/client/options'
import { seededRandom } from '../../lib/testing/seeded-random'
import {
  clientMessage,
  ClientProgress,
  ClientStanding,
  encodeMember,
  type Asked,
} from '../../streams/contracts/client-messages'
import type { ClientDialler, ClientLine, LineEvent } from '../../streams/contracts/client-transport'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import { payloadCodec } from '../../lib/host/payload-codec'
import { World } from '../host/world'

export const CLUSTER = 'c'.repeat(32)

export const memberAt = (port: number): Member => ({
  id: port.toString(16).padStart(32, '0'),
  address: `m:${String(port)}`,
})

/** Entries of a log as a member sends them. */
export const framed = (...entries: readonly (readonly [index: number, payload: Payload])[]): Uint8Array =>
  encodeEntries(
    entries.map(([index, payload]) => ({
      index,
      term: 1,
      time: 1,
      kind: 'data' as const,
      session: '',
      number: 0,
      payload: payloadCodec.encode(payload),
    })),
  )

/** One call that a client makes, and the member that the test plays. */
export class Call {
  readonly asked: Asked[] = []
  isOver = false
  private readonly inbound = new Subject<unknown>()

  constructor(
    readonly address: string,
    private readonly subscriber: Subscriber<LineEvent>,
  ) {
    subscriber.add(() => (this.isOver = true))
  }

  /** Lets it in, and tells what a member tells at first. */
  up(
    members: readonly Member[],
    more: { clusterId?: string; leader?: Member | undefined; committed?: number } = {},
  ): this {
    const { clusterId = CLUSTER, committed = 0 } = more
    const [member = memberAt(0)] = members.filter(({ address }) => address === this.address)
    const send = (message: object): void => void this.asked.push(message as Asked)
    const line: ClientLine = { member, clusterId, rights: { append: true }, inbound$: this.inbound, send }
    this.subscriber.next({ type: 'up', line })
    this.progress(committed)
    this.stand(members, 'leader' in more ? more.leader : members[0])
    return this
  }

  progress(committed: number, window = 64): void {
    this.tell(clientMessage(ClientProgress, { committed, visible: committed, window }))
  }

  stand(members: readonly Member[], leader: Member | undefined, rosterIndex = 1): void {
    const voters = members.map(encodeMember)
    this.tell(
      clientMessage(ClientStanding, { leader: leader && encodeMember(leader), voters, learners: [], rosterIndex }),
    )
  }

  tell(message: object): void {
    this.inbound.next({ ...message })
  }

  down(reason = 'it was lost'): void {
    this.subscriber.next({ type: 'down', reason })
    this.subscriber.complete()
  }

  of<Type extends Asked['type']>(type: Type): Extract<Asked, { type: Type }>[] {
    return this.asked.filter((message): message is Extract<Asked, { type: Type }> => message.type === type)
  }
}

/** A client in virtual time, whose members a test plays. */
export class Stage {
  readonly world = new World()
  readonly calls: Call[] = []
  readonly events: ClientEvent[] = []
  readonly client: RemoteClient<Payload>

  constructor(seeds: readonly string[], options: ClientOptions = {}) {
    const dialler: ClientDialler = {
      dial: address => new Observable(subscriber => void this.calls.push(new Call(address, subscriber))),
    }
    const { clock } = this.world
    this.client = new RemoteClient(resolveClient(seeds, { clock, random: seededRandom(3), ...options }), dialler)
    this.client.events$.subscribe(event => this.events.push(event))
  }

  /** Opens it, at the first member that it calls. */
  static async open(members: readonly Member[], committed = 0): Promise<Stage> {
    const stage = new Stage(members.map(({ address }) => address))
    const opened = stage.client.open(new Observable<never>())
    stage.last.up(members, { committed })
    await stage.world.run(opened)
    return stage
  }

  get last(): Call {
    const call = this.calls.at(-1)
    if (call === undefined) throw new Error('Nobody was called.')
    return call
  }

  /** The next call that it makes. */
  async next(limitMs?: number): Promise<Call> {
    const count = this.calls.length
    await this.world.until(() => this.calls.length > count, limitMs)
    return this.last
  }
}
