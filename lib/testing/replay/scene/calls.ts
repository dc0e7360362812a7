import type { ClientEvent, Moment } from '../trace-event.js'
import { compact } from './compact.js'
import { CLIENTS, type Arrow, type Shapes, type Span } from './shapes.js'

interface Open {
  readonly at: number
  readonly input: string
  readonly client: string
  events: readonly number[]
}

/** Calls of clients: how long each took, whom it has asked, and what became of it. */
export class Calls {
  private readonly arrows: Arrow[] = []
  private readonly spans: Span[] = []
  private readonly open = new Map<string, Open>()

  add(moment: Moment & ClientEvent, event: number): void {
    const { at, call, client } = moment
    if (moment.type === 'asked' && !this.open.has(call))
      this.open.set(call, { at, client, input: moment.input, events: [] })
    const open = this.open.get(call)
    if (open === undefined) return
    open.events = [...open.events, event]
    const arrow = { at, until: at, group: 'client', fate: 'delivered', events: open.events } as const
    if (moment.type === 'asked')
      this.arrows.push({ ...arrow, from: CLIENTS, to: moment.member, text: `${client}: ${compact(moment.input)}` })
    else if (moment.type === 'answered')
      this.arrows.push({ ...arrow, from: moment.member, to: CLIENTS, text: `${client}: ${endingText(moment)}` })
    else
      this.settle(
        call,
        open,
        at,
        `${moment.outcome}${moment.output === undefined ? '' : `: ${compact(moment.output)}`}`,
      )
  }

  end(at: number): Shapes {
    for (const [call, open] of this.open) this.settle(call, open, at, 'not answered yet')
    return [this.arrows, this.spans, []]
  }

  private settle(call: string, { at, client, input, events }: Open, until: number, outcome: string): void {
    this.open.delete(call)
    const text = `${client}: ${compact(input)} → ${outcome}`
    const kind = /^\w+/.exec(outcome)?.[0] ?? ''
    this.spans.push({ lane: CLIENTS, slot: client, at, until, kind, text, events })
  }
}

const endingText = ({ ending, index, error }: Extract<ClientEvent, { type: 'answered' }>): string =>
  `${ending}${index === undefined ? '' : ` at ${index}`}${error === undefined ? '' : `, ${error}`}`
