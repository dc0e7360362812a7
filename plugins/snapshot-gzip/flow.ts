import { EMPTY, Observable, throwError, type Subscriber } from 'rxjs'
import type { Gunzip, Gzip } from 'node:zlib'
import { demandOf, type Demand } from '../../streams/operators/demand.js'

/** One of Node's streams of bytes, driven from outside: nothing is in it but what it is working on. */
export class Flow {
  /** Of all that was given to it. */
  given = 0
  private error: Error | undefined
  /** It may end before it is told to, and then answers nothing more. */
  private hasEnded = false

  constructor(
    readonly stream: Gzip | Gunzip,
    private readonly errorOf: (cause: Error) => Error,
  ) {
    stream.on('error', cause => (this.error ??= this.errorOf(cause)))
    stream.once('end', () => (this.hasEnded = true))
  }

  /** Puts in some pieces, emits what comes out of them, and completes when nothing of them is left to do. */
  write(pieces: readonly Uint8Array[]): Observable<Uint8Array> {
    this.given += pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return this.drained(done => {
      const last = pieces.at(-1)
      for (const piece of pieces.slice(0, -1)) this.stream.write(piece)
      this.stream.write(last, error => {
        if (!error) done()
      })
    })
  }

  /** Emits what is left when nothing more comes. */
  end(): Observable<Uint8Array> {
    return this.drained(() => void this.stream.end())
  }

  close(): void {
    this.stream.destroy()
  }

  private drained(begin: (done: () => void) => void): Observable<Uint8Array> {
    const { stream, error } = this
    if (error !== undefined) return throwError(() => error)
    if (this.hasEnded) return EMPTY
    return new Observable(subscriber => {
      const fail = (): void => subscriber.error(this.error)
      stream.on('error', fail)
      subscriber.add(() => stream.off('error', fail))
      new Draining(stream, subscriber, demandOf()).begin(begin)
    })
  }
}

/** Takes out what has come out, as fast as it is wanted. What isn't taken out makes the stream stop. */
class Draining {
  private isDone = false
  private forget: (() => void) | undefined

  constructor(
    private readonly stream: Gzip | Gunzip,
    private readonly subscriber: Subscriber<Uint8Array>,
    private readonly demand: Demand,
  ) {}

  begin(work: (done: () => void) => void): void {
    const { stream, subscriber } = this
    const drain = (): void => this.drain()
    const done = (): void => {
      this.isDone = true
      this.drain()
    }
    stream.on('readable', drain).on('end', done)
    subscriber.add(() => {
      this.forget?.()
      stream.off('readable', drain).off('end', done)
    })
    work(done)
  }

  private drain(): void {
    // it goes on where it has stopped, when there is room
    if (this.forget !== undefined) return
    while (!this.subscriber.closed) {
      if (!this.demand.isOpen) return this.wait()
      // a stream of bytes gives bytes, or null
      const piece = this.stream.read() as Uint8Array | null
      if (piece === null) break
      this.subscriber.next(piece)
    }
    if (this.isDone) this.subscriber.complete()
  }

  private wait(): void {
    this.forget = this.demand.whenOpen(() => {
      this.forget = undefined
      this.drain()
    })
  }
}
