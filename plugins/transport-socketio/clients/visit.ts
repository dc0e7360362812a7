import { concatMap, Subject } from 'rxjs'
import type { ClientRights } from '../../../streams/contracts/client-transport.js'
import type { ClientRefusal } from '../client/hello.js'
import type { EventName } from '../client/parser.js'
import type { Line } from '../connection.js'
import type { ClientLine } from './client-line.js'
import type { MemberGreeting, MemberStep } from './greeting.js'

/** Whom a visit tells, and asks. */
export interface VisitObserver {
  /** Why nobody can be let in now, whoever he is. */
  mayEnter(): ClientRefusal | undefined
  /** He was let in, and is trusted from now on. */
  admit(rights: ClientRights): ClientLine
  /** He knows that he was let in. */
  enter(guest: ClientLine): void
  turnAway(why: ClientRefusal): void
}

interface Heard {
  readonly event: EventName
  readonly payload: unknown
}

/** One connection of a client from its greeting on. What is heard while it is judged waits its turn. */
export class Visit {
  readonly #heard = new Subject<Heard>()
  #guest: ClientLine | undefined

  constructor(
    private readonly line: Line,
    greeting: MemberGreeting,
    private readonly observer: VisitObserver,
  ) {
    const talk = this.#heard
      .pipe(concatMap(({ event, payload }) => greeting.receive(event, payload)))
      .subscribe(step => {
        this.#act(step)
        if (step.type !== 'say') talk.unsubscribe()
      })
    line.tcp.once('close', () => talk.unsubscribe())
  }

  receive(event: EventName, payload: unknown): void {
    if (this.#guest === undefined) this.#heard.next({ event, payload })
    else if (event === 'message') this.#guest.receive(payload)
    else this.#guest.close(`"${event}" is out of turn`)
  }

  #act(step: MemberStep): void {
    if (step.type === 'say') return this.line.emit(step.event, step.payload)
    const why = step.type === 'refused' ? step : this.observer.mayEnter()
    if (why !== undefined) return this.#refuse(why)
    if (step.type === 'done') this.#welcome(step)
  }

  #welcome({ rights, payload }: Extract<MemberStep, { type: 'done' }>): void {
    const guest = this.observer.admit(rights)
    this.#guest = guest
    this.line.emit('welcome', payload)
    this.observer.enter(guest)
  }

  #refuse(why: ClientRefusal): void {
    const { tcp } = this.line
    this.line.emit('refused', { code: why.code, reason: why.reason.slice(0, 200) })
    tcp.destroySoon()
    this.observer.turnAway(why)
  }
}
