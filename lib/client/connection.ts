import { Observable, Subject, type Subscriber } from 'rxjs'
import {
  clientMessage,
  ClientCancel,
  ClientMore,
  type Answering,
  type Asked,
} from '../../streams/contracts/client-messages/index.js'
import type { ClientLine } from '../../streams/contracts/client-transport.js'
import { Left, leftForSaying } from './left.js'
import { isLeaving } from './passing.js'

const FINAL: ReadonlySet<Answering['type']> = new Set<Answering['type']>([
  'appended',
  'fresh',
  'snapshot-is',
  'ended',
  'failed',
])

/** A connection to a member, and who waits for what over it. */
export class Connection {
  private readonly waiting = new Map<number, Subscriber<Answering>>()
  private readonly given = new Subject<Left>()
  /** Emits why this connection is to be given up: its member answers no more as it should, or as no member does. */
  readonly givenUp$: Observable<Left> = this.given.asObservable()
  private count = 0
  private isOver = false

  constructor(private readonly line: ClientLine) {}

  get member(): ClientLine['member'] {
    return this.line.member
  }

  /**
   * Asks when it is subscribed to, and emits what is answered; completes with the last of it, or with the connection. The
   * member is told where the answer isn't wanted any more.
   */
  ask(make: (id: number) => Asked): Observable<Answering> {
    return new Observable(subscriber => {
      if (this.isOver) return subscriber.complete()
      const id = ++this.count
      const message = make(id)
      this.waiting.set(id, subscriber)
      this.line.send(message)
      return () => {
        if (this.waiting.delete(id) && !this.isOver) this.line.send(clientMessage(ClientCancel, { id }))
      }
    })
  }

  /** Tells that one more message of a stream has been taken. */
  more(id: number): void {
    if (!this.isOver) this.line.send(clientMessage(ClientMore, { id }))
  }

  /** Tells that an answer can't be one; who waits for it waits for another member. */
  refuse(reason: string): void {
    this.given.next(leftForSaying(reason))
  }

  /** What nobody waits for any more is let go. */
  receive(answer: Answering): void {
    const subscriber = this.waiting.get(answer.id)
    const isLast = FINAL.has(answer.type)
    if (isLast) this.waiting.delete(answer.id)
    subscriber?.next(answer)
    if (isLast) subscriber?.complete()
    if (answer.type === 'failed' && isLeaving(answer.code)) this.leave(`it is going away: ${answer.reason}`)
  }

  /** Goes to another member. */
  leave(reason: string): void {
    this.given.next(new Left(reason))
  }

  end(): void {
    this.isOver = true
    const waiting = [...this.waiting.values()]
    this.waiting.clear()
    for (const subscriber of waiting) subscriber.complete()
  }
}
