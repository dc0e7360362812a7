import { defer, of, Subject, take, type Observable } from 'rxjs'
import type { ClientConnection, ClientRights } from '../../../streams/contracts/client-transport.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import type { Line } from '../connection.js'
import { encodeMessage } from '../parser.js'

/** A client that was let in. What waits for it is bounded: who takes nothing is cut off. */
export class ClientLine implements ClientConnection {
  readonly #inbound = new Subject<unknown>()
  readonly #roomy = new Subject<void>()
  readonly inbound$: Observable<unknown> = this.#inbound.asObservable()
  /** Bytes that socket.io still holds; those that the socket holds, it counts itself. */
  #unflushed = 0
  #reason = ''
  #excessBytes: number | undefined

  constructor(
    private readonly line: Line,
    readonly address: string,
    readonly rights: ClientRights,
    private readonly end: (reason: string) => void,
  ) {
    line.onFlush(() => {
      this.#unflushed = 0
      this.#look()
    })
    line.tcp.on('drain', () => this.#look())
  }

  get reason(): string {
    return this.#reason
  }

  get excessBytes(): number | undefined {
    return this.#excessBytes
  }

  send(message: object): void {
    if (this.#reason !== '') return
    const frame = encodeMessage(message)
    const waiting = this.#waiting + frame.byteLength
    if (waiting > LIMITS.clientBacklogBytes) {
      this.#excessBytes ??= waiting
      return this.close('it takes too little')
    }
    this.#unflushed += frame.byteLength
    this.line.emit('message', frame)
  }

  room(): Observable<void> {
    return defer(() => (this.#hasRoom ? of(undefined) : this.#roomy.pipe(take(1))))
  }

  close(reason: string): void {
    this.end(reason)
  }

  receive(message: unknown): void {
    this.#inbound.next(message)
  }

  /** The socket is gone. */
  ended(reason: string): void {
    this.#reason = reason
    this.#inbound.complete()
    this.#roomy.complete()
  }

  get #waiting(): number {
    return this.#unflushed + this.line.tcp.writableLength
  }

  get #hasRoom(): boolean {
    return this.#waiting <= LIMITS.clientAheadBytes
  }

  #look(): void {
    if (this.#hasRoom) this.#roomy.next()
  }
}
