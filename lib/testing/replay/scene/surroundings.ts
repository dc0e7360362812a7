import type { Described, Moment, SurroundingsEvent } from '../trace-event.js'
import { FAULTS, type Mark, type Shapes } from './shapes.js'
import { Spans } from './spans.js'

type Network = Extract<SurroundingsEvent, { type: 'network' }>
const MOST_CUTS = 4

/** Who can't reach whom: both ways, or one way only. */
function cutsText(cuts: Network['cuts']): string {
  const isCut = (from: string, to: string): boolean => cuts.some(([a, b]) => a === from && b === to)
  const texts = cuts.flatMap(([from, to]) => {
    if (!isCut(to, from)) return [`${from} ↛ ${to}`]
    return from < to ? [`${from} ⇹ ${to}`] : []
  })
  const more = texts.length - MOST_CUTS
  return `cut: ${texts.slice(0, MOST_CUTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Whether messages come through, and as they should. */
const isCalm = ({ cuts, faults: { drop, duplicate, reorder, tail }, isUsual }: Network): boolean =>
  isUsual || (cuts.length === 0 && [drop, duplicate, reorder, tail].every(share => share === 0))

function networkText({ cuts, faults }: Network): string {
  return cuts.length > 0 ? cutsText(cuts) : worseText(faults)
}

const worseText = ({ drop, duplicate, reorder, delayMs }: Described): string => {
  const share = (value: unknown): string => `${Math.round(100 * Number(value))} %`
  const delay = Array.isArray(delayMs) ? delayMs.map(ms => Math.round(Number(ms))).join('–') : '?'
  return `network: ${share(drop)} lost, ${share(duplicate)} doubled, ${share(reorder)} overtaken, ${delay} ms`
}

/** The faults that strike, and what they make of the network. */
export class Surroundings {
  private readonly spans = new Spans()
  private readonly marks: Mark[] = []

  add(moment: Moment & SurroundingsEvent, event: number): void {
    const { at } = moment
    const where = { lane: FAULTS, at, events: [event] }
    if (moment.type === 'fault') {
      const text = `${moment.kind}${moment.members.length > 0 ? ` → ${moment.members.join(' ')}` : ''}`
      this.marks.push({ ...where, kind: 'fault', text, isKey: true })
      return
    }
    const text = isCalm(moment) ? 'network heals' : networkText(moment)
    this.spans.finish(FAULTS, 'network', at)
    if (!isCalm(moment)) this.spans.begin({ ...where, slot: 'network', kind: 'network', text })
    this.marks.push({ ...where, kind: 'network', text, isKey: true })
  }

  end(at: number): Shapes {
    return [[], this.spans.end(at), this.marks]
  }
}
