import type { Described, Moment, MessageEvent } from '../trace-event.js'
import { aboutOf, groupOf, messageText } from './message-text.js'
import type { About, Arrow, Group, Shapes } from './shapes.js'

interface Sending {
  readonly at: number
  readonly event: number
  readonly group: Group
  readonly text: string
  readonly about?: About
  hasEnded: boolean
}

/** Messages as arrows, from each sending to each of its ends. */
export class Messages {
  private readonly arrows: Arrow[] = []
  private readonly sendings = new Map<number, Sending & { readonly from: string; readonly to: string }>()
  /** What was last said from one to another: to say the same again is no more than a heartbeat. */
  private readonly said = new Map<string, string>()

  add(moment: Moment & MessageEvent, event: number): void {
    const { at, number, from, to } = moment
    if (moment.type === 'sent') {
      const { message } = moment
      const group = this.groupOf(`${from} ${to}`, message)
      const about = group === 'heartbeat' ? undefined : aboutOf(message)
      const said = { group, text: messageText(message), ...(about !== undefined && { about }) }
      this.sendings.set(number, { at, event, from, to, ...said, hasEnded: false })
      return
    }
    const { fate, message = {} } = moment
    const sending = this.sendings.get(number)
    const between = { from, to, until: at, fate }
    if (sending === undefined || fate === 'injected') {
      const events = sending === undefined ? [event] : [sending.event, event]
      const text = `${messageText(message)} (${sending === undefined ? 'nobody has sent it' : 'an old one'})`
      this.arrows.push({ ...between, at, group: groupOf(message), text, events })
      return
    }
    const { group, about, hasEnded } = sending
    const text = `${sending.text}${hasEnded ? ' (again)' : ''}`
    sending.hasEnded = true
    const events = [sending.event, event]
    this.arrows.push({ ...between, at: sending.at, group, text, events, ...(about !== undefined && { about }) })
  }

  /** What hasn't arrived is under way still. */
  end(at: number): Shapes {
    const underWay = [...this.sendings.values()].filter(({ hasEnded }) => !hasEnded)
    const arrows = underWay.map(({ hasEnded, event, ...said }): Arrow => {
      return { ...said, until: at, fate: 'under way', events: [event] }
    })
    return [[...this.arrows, ...arrows], [], []]
  }

  private groupOf(link: string, message: Described): Group {
    const group = groupOf(message)
    if (group !== 'append') return group
    const { type, term, prevIndex, count, commit, match, fits } = message
    const says = JSON.stringify([type, term, prevIndex, count, commit, match, fits])
    const isNews = this.said.get(`${link} ${String(type)}`) !== says || fits === false || Number(count) > 0
    this.said.set(`${link} ${String(type)}`, says)
    return isNews ? group : 'heartbeat'
  }
}
