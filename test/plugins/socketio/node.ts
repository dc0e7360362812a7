import { systemClock } from '../../../plugins/clock'
import { systemRandom } from '../../../plugins/random'
import { socketioTransport, type SocketioOptions } from '../../../plugins/transport-socketio'
import { PROTOCOL } from '../../../streams/contracts/messages/versions'
import type {
  Bound,
  Inbound,
  Peer,
  Transport,
  TransportNotice,
  TransportOptions,
} from '../../../streams/contracts/transport'
import { settle } from './settle'

export const CLUSTER = 'c'.repeat(32)
const clock = systemClock()
const random = systemRandom()
const nodes: TestNode[] = []

/** A transport with all that it has told. */
export class TestNode {
  readonly inbound: Inbound[] = []
  readonly notices: TransportNotice[] = []
  bound: Bound = { address: '', advertise: '' }
  error: unknown
  readonly transport: Transport

  constructor(
    readonly id: string,
    settings: SocketioOptions,
  ) {
    this.transport = socketioTransport(settings)
    this.transport.inbound$.subscribe(inbound => this.inbound.push(inbound))
    this.transport.notices$.subscribe(notice => this.notices.push(notice))
    nodes.push(this)
  }

  get port(): number {
    return Number(this.bound.address.split(':').at(-1))
  }

  get peer(): Peer {
    return { id: this.id, address: this.bound.advertise }
  }

  get refusals(): string[] {
    return this.notices.flatMap(n => (n.type === 'peer-refused' ? [`${n.code}: ${n.reason}`] : []))
  }

  has(type: TransportNotice['type']): boolean {
    return this.notices.some(notice => notice.type === type)
  }

  async open(options: Partial<TransportOptions> = {}): Promise<this> {
    let isOver = false
    this.transport
      .open({
        memberId: this.id,
        clusterId: CLUSTER,
        bind: '127.0.0.1:0',
        advertise: undefined,
        secret: undefined,
        protocol: PROTOCOL,
        clock,
        random,
        ...options,
      })
      .subscribe({
        next: bound => (this.bound = bound),
        error: (error: unknown) => {
          this.error = error
          isOver = true
        },
        complete: () => (isOver = true),
      })
    await settle(() => isOver)
    return this
  }

  async close(): Promise<void> {
    let isClosed = false
    this.transport.close().subscribe({ complete: () => (isClosed = true) })
    await settle(() => isClosed)
  }
}

let count = 0

export const node = (settings: SocketioOptions = {}): TestNode =>
  new TestNode((++count).toString(16).padStart(32, '0'), settings)

export const open = (settings: SocketioOptions = {}, options: Partial<TransportOptions> = {}): Promise<TestNode> =>
  node(settings).open(options)

/** Sends again and again until something is so. */
export async function sendUntil(
  from: TestNode,
  to: Peer,
  predicate: () => boolean,
  message: object = { ping: 1 },
): Promise<void> {
  await settle(() => {
    if (predicate()) return true
    from.transport.send(to, message)
    return predicate()
  })
}

/** Connects two nodes, both ways. */
export async function acquaint(a: TestNode, b: TestNode): Promise<void> {
  await sendUntil(a, b.peer, () => b.inbound.some(({ from }) => from.id === a.id))
  await sendUntil(b, a.peer, () => a.inbound.some(({ from }) => from.id === b.id))
}

export async function closeAll(): Promise<void> {
  for (const one of nodes.splice(0)) await one.close()
}
