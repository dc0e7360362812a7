import { lastValueFrom } from 'rxjs'
import { decodeEntries, encodeEntries } from '../../../streams/contracts/entry-codec'
import type { Clock, Random } from '../../../streams/contracts/clock'
import { VERSIONS } from '../../../streams/contracts/protocol'
import type { Inbound, Transport } from '../../../streams/contracts/transport'
import { Queue } from '../../../streams/operators/queue'
import type { LogEntry } from '../../../streams/rules/entry'
import { answering, type Asker } from '../asking'
import { builtKayak, type BuiltKayak } from '../built-kayak'
import { closedLoop, type Load } from '../closed-loop'
import type { Measured } from '../figures'
import { payloads } from '../payloads'
import { makeStorage } from '../storages'
import { countedTransport } from '../traffic'
import { Copier } from './copier'

const BATCH = 256

interface Opening {
  readonly storage: string
  readonly dataDir: string
  readonly compactEntries: number
  /** Whose entries it writes, instead of taking appends. */
  readonly source?: string
}

interface BareQuestions {
  /** Opens storage and transport, and answers where. */
  open: [Opening, string]
  /** Resolves once so many follow. */
  followed: [number, undefined]
  append: [Load & { readonly bytes: number }, Measured]
}

export type BareProcess = Asker<BareQuestions>

/** What goes over the wire, of the shape that kayak's messages have. */
type BareMessage =
  { readonly type: 'entries'; readonly entries: Uint8Array } | { readonly type: 'durable'; readonly index: number }

async function openTransport(kayak: BuiltKayak): Promise<{ transport: Transport; address: string }> {
  // the plugins export what makes them
  const { systemClock } = kayak.plugin('clock') as { readonly systemClock: () => Clock }
  const { systemRandom } = kayak.plugin('random') as { readonly systemRandom: () => Random }
  const { transport } = countedTransport(kayak)
  const random = systemRandom()
  const memberId = String(process.pid).padStart(32, '0')
  const { address } = await lastValueFrom(
    transport.open({
      ...{ memberId, clusterId: '1'.repeat(32), bind: '127.0.0.1:0', advertise: undefined, secret: undefined },
      protocol: { ...VERSIONS, toVersion: message => message, fromVersion: message => message },
      ...{ clock: systemClock(), random },
    }),
  )
  return { transport, address }
}

/** Calls what waits for an entry once this copy and another have it. */
class Quorum {
  private readonly waiting = new Queue<() => void>()
  private appended = 0
  private readonly durable = new Map<string, number>()
  private reached = 0

  /** The index that the entry gets. */
  add(done: () => void): number {
    this.waiting.push(done)
    return ++this.appended
  }

  has(copy: string, index: number): void {
    this.durable.set(copy, index)
    const [, second = 0] = [...this.durable.values()].sort((one, other) => other - one)
    for (const done of this.waiting.take(second - this.reached)) done()
    this.reached = Math.max(this.reached, second)
  }
}

/** Takes appends, and has two others and itself write them, those of one turn together. */
class Source {
  private readonly quorum = new Quorum()
  private readonly followers = new Map<string, Inbound['from']>()
  private fresh: LogEntry[] = []

  constructor(
    private readonly transport: Transport,
    private readonly copier: Copier,
  ) {
    copier.durable$.subscribe(index => this.quorum.has('', index))
    // this program alone sends
    transport.inbound$.subscribe(({ from, message }) => {
      const { index } = message as Extract<BareMessage, { type: 'durable' }>
      this.followers.set(from.id, from)
      this.quorum.has(from.id, index)
    })
  }

  async followed(count: number): Promise<undefined> {
    while (this.followers.size < count) await new Promise(resolve => setImmediate(resolve))
    return undefined
  }

  append(payload: Uint8Array): Promise<void> {
    return new Promise(resolve => {
      if (this.fresh.length === 0) setImmediate(() => this.flush())
      const index = this.quorum.add(resolve)
      this.fresh.push({ index, term: 1, kind: 'data', time: 0, session: '', number: 0, payload: payload.slice() })
    })
  }

  private flush(): void {
    const entries = this.fresh
    this.fresh = []
    for (let at = 0; at < entries.length; at += BATCH) {
      const message: BareMessage = { type: 'entries', entries: encodeEntries(entries.slice(at, at + BATCH)) }
      for (const follower of this.followers.values()) this.transport.send(follower, message)
    }
    this.copier.append(entries)
  }
}

/** Writes what it is sent, and says so; at once to begin with, since entries then go by a connection that it has made. */
function follow(transport: Transport, copier: Copier, source: string): void {
  const say = (index: number): void =>
    transport.send({ id: undefined, address: source }, { type: 'durable', index } satisfies BareMessage)
  transport.inbound$.subscribe(({ message }) => {
    // this program alone sends
    copier.append(decodeEntries((message as Extract<BareMessage, { type: 'entries' }>).entries))
  })
  copier.durable$.subscribe(say)
  say(0)
}

/** A process that keeps a copy, and takes appends where it is asked to. */
export function bareProcess([root = process.cwd()]: readonly string[]): void {
  const kayak = builtKayak(root)
  let source: Source | undefined
  const taking = (): Source => {
    if (source === undefined) throw new Error('This process takes no appends.')
    return source
  }
  answering<BareQuestions>({
    open: async ({ storage: name, dataDir, compactEntries, source: followed }) => {
      const storage = makeStorage(kayak, name, dataDir)
      await lastValueFrom(storage.open())
      const { transport, address } = await openTransport(kayak)
      const copier = new Copier(storage, compactEntries)
      if (followed !== undefined) follow(transport, copier, followed)
      else source = new Source(transport, copier)
      return address
    },
    followed: count => taking().followed(count),
    append: ({ bytes, ...load }) => {
      const next = payloads(bytes)
      return closedLoop(() => taking().append(next()), load)
    },
  })
}
