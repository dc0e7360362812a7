import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Host, Options } from 'kayak'
import { filter, firstValueFrom, Subscription } from 'rxjs'
import { answering } from './asking'
import { builtKayak, type BuiltKayak } from './built-kayak'
import { callTimes, closedLoop, type Load } from './closed-loop'
import { compacting, subscribe, type Subscribers } from './consumer'
import type { Measured } from './figures'
import { payloads } from './payloads'
import { makeStorage } from './storages'
import { countedTransport, type Traffic } from './traffic'

export interface Opening {
  readonly storage: string
  readonly dataDir: string
  readonly peers?: readonly string[]
  readonly address: string
  readonly options: Options
  /** Entries after which its log is compacted; 0 for never. */
  readonly compactEntries: number
}

export interface View {
  readonly role: string
  readonly term: number
  readonly committed: number
  readonly head: number
}

export interface Usage {
  readonly cpuMs: number
  readonly rssBytes: number
  /** Of what lives, on V8's heap and in buffers beside it. */
  readonly liveBytes: number
}

/** So many appends, so many of them under way. */
export interface Filling {
  readonly count: number
  readonly inFlight: number
  readonly bytes: number
}

/** What a member in its process is asked. */
export interface MemberQuestions {
  open: [Opening, { readonly id: string; readonly address: string; readonly tookMs: number }]
  stop: [undefined, undefined]
  view: [undefined, View]
  append: [Load & { readonly bytes: number }, Measured]
  barrier: [Load, Measured]
  /** How long that has taken. */
  fill: [Filling, number]
  /** Resolves once all that was acknowledged anywhere has committed here. */
  caughtUp: [undefined, undefined]
  /** Resolves once this member leads in a later term, or knows who does. */
  led: [{ readonly afterTerm: number }, undefined]
  /** Instead of the subscribers before. */
  subscribe: [Subscribers, undefined]
  /** Compacts all that has committed into a snapshot of so many bytes. */
  compact: [{ readonly bytes: number }, undefined]
  usage: [undefined, Usage]
  /** The same, once garbage is collected. */
  collected: [undefined, Usage]
  traffic: [undefined, Traffic]
}

/** What lasts longer has failed. */
const MOST_MS = 10 * 60_000
const SNAPSHOT_CHUNK_BYTES = 64 * 1024

function* chunksOf(bytes: number): Generator<Uint8Array> {
  const next = payloads(SNAPSHOT_CHUNK_BYTES)
  for (let left = bytes; left > 0; left -= SNAPSHOT_CHUNK_BYTES) yield next().subarray(0, left)
}

/** A host, and what watches it. */
class Residence {
  private subscribers = new Subscription()

  private constructor(
    private readonly kayak: BuiltKayak,
    readonly host: Host,
    readonly traffic: Traffic,
  ) {}

  static async open(kayak: BuiltKayak, opening: Opening): Promise<Residence> {
    const { storage, dataDir, peers, address, compactEntries } = opening
    const { transport, traffic } = countedTransport(kayak)
    const options = { ...opening.options, dataDir, transport, storage: makeStorage(kayak, storage, dataDir) }
    const { start, join } = kayak.face
    const host = peers === undefined ? await start(address, options) : await join(address, [...peers], options)
    if (compactEntries > 0) compacting(kayak, host, compactEntries)
    return new Residence(kayak, host, traffic)
  }

  subscribe(subscribers: Subscribers): void {
    this.subscribers.unsubscribe()
    this.subscribers = subscribe(this.kayak, this.host, subscribers)
  }

  async led(afterTerm: number): Promise<void> {
    const { host } = this
    await firstValueFrom(host.leader$.pipe(filter(leader => leader !== undefined && host.term > afterTerm)))
  }
}

/** Lets go of what nobody holds any more. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  // the flag gives it to contexts that are made from then on
  const collect = runInNewContext('gc') as () => void
  collect()
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { cpuMs: (user + system) / 1000, rssBytes: rss, liveBytes: heapUsed + external }
}

/** A member of a built package in a process of its own, asked by whoever has forked it. */
export function member(root: string): void {
  const kayak = builtKayak(root)
  let residence: Residence | undefined
  const here = (): Residence => {
    if (residence === undefined) throw new Error('There is no host.')
    return residence
  }
  const host = (): Host => here().host
  const done = async (promise: Promise<unknown>): Promise<undefined> => {
    await promise
    return undefined
  }

  answering<MemberQuestions>({
    open: async opening => {
      const begun = performance.now()
      residence = await Residence.open(kayak, opening)
      return { ...residence.host.self, tookMs: performance.now() - begun }
    },
    stop: () => done(host().stop()),
    view: () => {
      const { role, term, log } = host()
      return { role, term, committed: log.committed, head: log.head }
    },
    append: ({ bytes, ...load }) => {
      const next = payloads(bytes)
      return closedLoop(() => host().log.append(next()), load)
    },
    barrier: load => closedLoop(() => host().sync.barrier(), load),
    fill: ({ count, inFlight, bytes }) => {
      const next = payloads(bytes)
      return callTimes(() => host().log.append(next(), { timeoutMs: MOST_MS }), count, inFlight)
    },
    caughtUp: () => done(host().sync.barrier({ timeoutMs: MOST_MS })),
    led: ({ afterTerm }) => done(here().led(afterTerm)),
    subscribe: subscribers => {
      here().subscribe(subscribers)
      return undefined
    },
    compact: ({ bytes }) => done(host().log.compact(host().log.committed, chunksOf(bytes))),
    usage,
    collected: () => {
      collectGarbage()
      return usage()
    },
    traffic: () => here().traffic,
  })
}
