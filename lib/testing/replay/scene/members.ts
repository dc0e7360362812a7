import type { MemberEvent, Moment } from '../trace-event.js'
import { compact } from './compact.js'
import { toldText } from './told-text.js'
import type { About, Group, Known, Mark, Shapes } from './shapes.js'
import { Spans } from './spans.js'

type Of<Type extends MemberEvent['type']> = Extract<Moment & MemberEvent, { type: Type }>

const UNKNOWN: Omit<Known, 'at'> = { life: '', standing: undefined, log: undefined, ballot: undefined }

/** How a member stands, what happens to it and what is not as usual about its machine. */
export class Members {
  readonly known: Record<string, Known[]> = {}
  private readonly spans = new Spans()
  private readonly marks: Mark[] = []

  add(moment: Moment & MemberEvent, event: number): void {
    switch (moment.type) {
      case 'life':
        return this.live(moment, event)
      case 'standing':
        return this.stand(moment, event)
      case 'log':
        return this.log(moment, event)
      case 'ballot':
        return this.ballot(moment, event)
      case 'truncated':
        return this.mark(moment, event, `cuts ${range(moment.from, moment.had)}`, {
          isKey: true,
          about: { first: moment.from, last: moment.had },
        })
      case 'snapshot':
        return this.mark(moment, event, `snapshot to ${moment.index} ${moment.is}`, { isKey: true })
      case 'applied':
        return this.mark(
          moment,
          event,
          `applies ${moment.index}: ${compact(moment.input)} → ${compact(moment.output)}`,
          {
            group: 'commit',
            about: { first: moment.index, last: moment.index },
          },
        )
      case 'told': {
        const told = toldText(moment.event)
        return told && this.mark(moment, event, told.text, told)
      }
      case 'condition':
        return this.condition(moment, event)
    }
  }

  end(at: number): Shapes {
    return [[], this.spans.end(at), this.marks]
  }

  private live(moment: Of<'life'>, event: number): void {
    const { at, member, life, is } = moment
    this.know(moment, { life, standing: undefined, log: undefined })
    const kind = is === 'started' ? 'starting' : 'down'
    this.spans.begin({ lane: member, slot: 'role', at, kind, text: is === 'started' ? 'starts' : is, events: [event] })
    const why = moment.error === undefined ? '' : `: ${moment.error}`
    this.mark(moment, event, (is === 'started' ? `${life} starts` : is) + why, { kind: is, isKey: true })
  }

  private stand(moment: Of<'standing'>, event: number): void {
    const { at, member, role, term, leader, vote } = moment
    const before = this.latest(member).standing
    this.know(moment, { standing: { role, term, leader, vote } })
    if (before?.role === role && before.term === term) return
    this.spans.begin({ lane: member, slot: 'role', at, kind: role, text: `${role}, term ${term}`, events: [event] })
    if (role === 'leader')
      this.mark(moment, event, `leads term ${term}`, { kind: 'leads', isKey: true, about: { term } })
  }

  private log(moment: Of<'log'>, event: number): void {
    const { base, last, lastTerm, durable, committed, applied, snapshot } = moment
    const before = this.latest(moment.member).log
    this.know(moment, { log: { base, last, lastTerm, durable, committed, applied, snapshot } })
    if (before === undefined) return
    if (committed > before.committed)
      this.mark(moment, event, `commits ${range(before.committed + 1, committed)}`, {
        ...{ kind: 'commit', group: 'commit' },
        about: { first: before.committed + 1, last: committed },
      })
    if (durable > before.durable)
      this.mark(moment, event, `${range(before.durable + 1, durable)} on disk`, {
        ...{ kind: 'disk', group: 'disk' },
        about: { first: before.durable + 1, last: durable },
      })
  }

  private ballot(moment: Of<'ballot'>, event: number): void {
    const { term, vote } = moment
    this.know(moment, { ballot: { term, vote } })
    const text = `term ${term}${vote === undefined ? '' : `, vote for ${vote}`} on disk`
    this.mark(moment, event, text, { kind: 'disk', group: 'disk', about: { term } })
  }

  private condition(moment: Of<'condition'>, event: number): void {
    const { at, member, of, is, isUsual } = moment
    this.spans.finish(member, of, at)
    const text = of === 'process' ? is : `${of} ${is}`
    if (!isUsual) this.spans.begin({ lane: member, slot: of, at, kind: of, text, events: [event] })
    this.mark(moment, event, text, { kind: 'condition', isKey: true })
  }

  private mark(
    { at, member: lane, type }: Moment & MemberEvent,
    event: number,
    text: string,
    { kind = type, isKey = false, ...more }: { kind?: string; isKey?: boolean; group?: Group; about?: About } = {},
  ): void {
    this.marks.push({ lane, at, kind, text, isKey, events: [event], ...more })
  }

  private latest(member: string): Omit<Known, 'at'> {
    return this.known[member]?.at(-1) ?? UNKNOWN
  }

  private know({ at, member }: Moment & MemberEvent, change: Partial<Known>): void {
    const all = this.known[member] ?? []
    this.known[member] = all
    all.push({ ...this.latest(member), ...change, at })
  }
}

const range = (first: number, last: number): string => (first === last ? String(first) : `${first}–${last}`)
