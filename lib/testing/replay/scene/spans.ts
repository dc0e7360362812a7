import type { Span } from './shapes.js'

type Opened = Omit<Span, 'until'>

/** What lasts in the lanes: in each slot one at a time, until the next takes its place. */
export class Spans {
  private readonly ended: Span[] = []
  private readonly open = new Map<string, Opened>()

  begin(span: Opened): void {
    this.finish(span.lane, span.slot, span.at)
    this.open.set(`${span.lane} ${span.slot}`, span)
  }

  finish(lane: string, slot: string, until: number): void {
    const span = this.open.get(`${lane} ${slot}`)
    this.open.delete(`${lane} ${slot}`)
    if (span !== undefined) this.ended.push({ ...span, until })
  }

  end(until: number): readonly Span[] {
    return [...this.ended, ...[...this.open.values()].map(span => ({ ...span, until }))]
  }
}
