import { concatMap, defer, map, type Observable } from 'rxjs'
import { ClientAppend, type ClientAppended, clientMessage } from '../../streams/contracts/client-messages/index.js'
import type { ClientLog } from '../../streams/contracts/client.js'
import type { Codec } from '../../streams/contracts/codec.js'
import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { AppendOptions, Entry, Snapshot } from '../../streams/contracts/host.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { checkOptions } from '../../streams/contracts/check-options.js'
import { demandOf, each } from '../../streams/operators/demand.js'
import { asItIs, copyOf, decodeWith, encodeWith, type Encoded } from '../host/entry-coding.js'
import type { Desk } from './desk.js'
import { follow$, startOf } from './follow.js'
import { iterate } from './iterate.js'
import type { Known } from './known.js'
import type { Live } from './live.js'
import { nameOf, type ClientName, type ClientSession } from './session.js'
import { snapshotOf } from './snapshots.js'

/** What a client's log needs. */
export interface LogParts<T> {
  readonly desk: Desk
  readonly known: Known
  readonly live: Live<T>
  readonly session: ClientSession
  readonly codec: Codec<T>
}

/** The log as a client's consumers hold it. */
export class RemoteLog<T> implements ClientLog<T> {
  private readonly decode: (entry: Encoded) => Entry<T>

  constructor(private readonly parts: LogParts<T>) {
    this.decode = decodeWith(parts.codec, asItIs)
  }

  get committed(): number {
    return this.parts.known.committed
  }

  get shown(): number {
    return this.parts.known.shown
  }

  async append(payload: T, options: AppendOptions = {}): Promise<Entry<T>> {
    this.parts.desk.check()
    checkOptions(options)
    const bytes = encodeWith(this.parts.codec, payload, copyOf)
    if (bytes.byteLength > LIMITS.largestPayloadBytes + 1)
      throw new KayakError('KAYAK_PAYLOAD_TOO_LARGE', `A payload of ${String(bytes.byteLength)} bytes is too large.`)
    const named = nameOf(options)
    if (named !== undefined) return this.appendAs(named, bytes, options, true)
    const own = this.parts.session.begin()
    try {
      return await this.appendAs(own, bytes, options, false)
    } catch (error) {
      if (isKayakError(error) && error.code === 'KAYAK_SESSION_EXPIRED') this.parts.session.expired(own.name)
      throw error
    } finally {
      own.settled()
    }
  }

  listen(from = 0): Observable<Entry<T>> {
    const { desk, known } = this.parts
    return defer(() => {
      const demand = demandOf()
      return follow$(desk, known, from).pipe(
        concatMap(({ entries }) => each(demand, entries)),
        map(this.decode),
      )
    })
  }

  entries(from = 0): AsyncIterableIterator<Entry<T>, undefined> {
    const { desk, known } = this.parts
    const first = startOf(from)
    return iterate(follow$(desk, known, first).pipe(map(({ entries }) => entries.map(this.decode))))
  }

  snapshot(): Promise<Snapshot | undefined> {
    return snapshotOf(this.parts.desk)
  }

  /** Appends under a name. Of a name of this client's own, what was appended first is what is appended now. */
  private async appendAs(
    { name, number, since }: ClientName,
    payload: Uint8Array,
    options: AppendOptions,
    echo: boolean,
  ): Promise<Entry<T>> {
    const { desk, known, live } = this.parts
    const make = (id: number, timeoutMs: number): ClientAppend =>
      clientMessage(ClientAppend, { id, name, number, since, payload, timeoutMs, echo })
    const until = ({ index }: ClientAppended): Observable<unknown> => live.reached(index)
    const question = {
      what: 'The append',
      changes: true,
      bytes: payload.byteLength,
      make,
      type: 'appended',
      until,
    } as const
    const { index, term, time, payload: first } = await desk.ask<ClientAppended>(question, options)
    known.reach(index)
    return this.decode({ index, term, time, payload: first ?? payload })
  }
}
