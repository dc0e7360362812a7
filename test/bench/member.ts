import type { Host, Options } from 'kayak'
import { filter, firstValueFrom, merge } from 'rxjs'
import { answering } from './asking'
import { builtKayak } from './built-kayak'
import { callTimes, closedLoop, type Load } from './closed-loop'
import { consume, type Consuming } from './consumer'
import type { Measured } from './figures'
import { payloads } from './payloads'
import { makeStorage } from './storages'
import { countedTransport, type Traffic } from './traffic'

export interface Opening {
  readonly storage: string
  readonly dataDir: string
  readonly peers?: readonly string[]
  readonly address?: string
  readonly options?: Options
  readonly consuming: Consuming
  /** Counts what this member sends. */
  readonly counted?: boolean
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
  /** Of what lives, on V8's heap and beside it. */
  readonly heapBytes: number
  readonly externalBytes: number
}

/** What a member in its process is asked. */
export interface MemberQuestions {
  open: [Opening, { readonly id: string; readonly address: string; readonly tookMs: number }]
  stop: [undefined, undefined]
  view: [undefined, View]
  append: [Load & { readonly bytes: number }, Measured]
  barrier: [Load, Measured]
  fill: [{ readonly count: number; readonly inFlight: number; readonly bytes: number }, number]
  /** Resolves once so much has committed here. */
  reached: [{ readonly index: number }, undefined]
  usage: [undefined, Usage]
  traffic: [undefined, Traffic]
}

/** A member of a built package in a process of its own, asked by whoever has forked it. */
export function member(root: string): void {
  const kayak = builtKayak(root)
  let host: Host | undefined
  let traffic: Traffic = { messages: 0, types: {} }
  const running = (): Host => {
    if (host === undefined) throw new Error('There is no host.')
    return host
  }

  async function open({ storage, dataDir, peers, address = '127.0.0.1:0', options, consuming, counted }: Opening) {
    const begun = performance.now()
    const counting = counted === true ? countedTransport(kayak) : undefined
    traffic = counting?.traffic ?? traffic
    const all: Options = {
      ...options,
      dataDir,
      storage: makeStorage(kayak, storage, dataDir),
      ...(counting === undefined ? {} : { transport: counting.transport }),
    }
    host = peers === undefined ? await kayak.face.start(address, all) : await kayak.face.join(address, [...peers], all)
    const tookMs = performance.now() - begun
    consume(kayak, host, consuming)
    return { ...host.self, tookMs }
  }

  answering<MemberQuestions>({
    open,
    stop: async () => {
      await running().stop()
      host = undefined
      return undefined
    },
    view: () => {
      const { role, term, log } = running()
      return { role, term, committed: log.committed, head: log.head }
    },
    append: ({ bytes, ...load }) => {
      const next = payloads(bytes)
      return closedLoop(() => running().log.append(next()), load)
    },
    barrier: load => closedLoop(() => running().sync.barrier(), load),
    fill: ({ count, inFlight, bytes }) => {
      const next = payloads(bytes)
      return callTimes(() => running().log.append(next(), { timeoutMs: 60_000 }), count, inFlight)
    },
    reached: async ({ index }) => {
      const { log, committed$, compaction$ } = running()
      if (log.committed < index)
        await firstValueFrom(merge(committed$, compaction$).pipe(filter(told => told.index >= index)))
      return undefined
    },
    usage: () => {
      globalThis.gc?.()
      const { user, system } = process.cpuUsage()
      const { rss, heapUsed, external } = process.memoryUsage()
      return { cpuMs: (user + system) / 1000, rssBytes: rss, heapBytes: heapUsed, externalBytes: external }
    },
    traffic: () => traffic,
  })
}
