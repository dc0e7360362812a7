import { Script } from 'node:vm'
import { spaceTimePage, type TraceEvent } from '../../lib/testing/replay'
import { CLIENTS, FAULTS, type Arrow, type Mark, type Span } from '../../lib/testing/replay/scene/shapes'
import { sceneOf, type Scene } from '../../lib/testing/replay/scene/scene'
import { QUIET, registerWorkload, simulate, type SimulationReport } from '../../lib/testing/simulation'

const options = { workload: registerWorkload, duration: 4000 }

function traced(seed: number): {
  readonly events: readonly TraceEvent[]
  readonly report: SimulationReport<unknown, unknown>
} {
  const events: TraceEvent[] = []
  const report = simulate({ ...options, seed, observe: event => void events.push(event) })
  return { events, report }
}

/** A seed by which everything happens that a trace can tell of: the first in whose run the rarest does. */
const RICH = Array.from({ length: 30 }, (_, at) => at + 1).find(seed => {
  const { events } = traced(seed)
  return ['snapshot', 'truncated'].every(rare => events.some(({ type }) => type === rare))
})
if (RICH === undefined) throw new Error('No seed has all that a trace can tell of.')
const RUN = traced(RICH)

/** What the page holds, as its script reads it. */
function dataOf(page: string): { readonly scene: Scene; readonly events: readonly TraceEvent[] } {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? []
  // what spaceTimePage has put there
  return JSON.parse(json) as { scene: Scene; events: TraceEvent[] }
}

const scriptOf = (page: string): string => /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? ''

describe('a trace', () => {
  it('changes nothing of the run that it is of, and is the same again', () => {
    expect(simulate({ ...options, seed: RICH })).toEqual(RUN.report)
    expect(traced(RICH).events).toEqual(RUN.events)
  })

  const { events } = RUN

  it('is in order of time', () => {
    events.forEach((event, at) => {
      expect(event.at).toBeGreaterThanOrEqual(events[at - 1]?.at ?? 0)
      expect(event.step).toBeGreaterThanOrEqual(events[at - 1]?.step ?? 0)
    })
  })

  it('has an end for each message that was sent, and each call that was begun', () => {
    const sent = events.flatMap(event => (event.type === 'sent' ? [event.number] : []))
    const ended = new Set(events.flatMap(event => (event.type === 'ended' ? [event.number] : [])))
    expect(sent.length).toBeGreaterThan(100)
    expect(sent.filter(number => !ended.has(number))).toEqual([])
    const asked = new Set(events.flatMap(event => (event.type === 'asked' ? [event.call] : [])))
    const settled = events.flatMap(event => (event.type === 'settled' ? [event.call] : []))
    expect(settled.sort()).toEqual([...asked].sort())
  })

  it('tells of every fault of the plan, and of every kind of event', () => {
    const { report } = RUN
    const struck = events.flatMap(event => (event.type === 'fault' ? [event.id] : []))
    expect(struck).toEqual(report.plan.map(({ id }) => id))
    const kinds = new Set<string>(events.map(({ type }) => type))
    const all = [...'sent ended life standing log ballot truncated snapshot applied told condition'.split(' ')]
    for (const kind of [...all, ...'fault network asked answered settled end'.split(' ')]) expect(kinds).toContain(kind)
  })

  it('agrees with the report on what was applied and who led', () => {
    const { report } = RUN
    const led = events.flatMap(event => (event.type === 'standing' && event.role === 'leader' ? [event.term] : []))
    expect(Math.max(...led)).toBe(report.terms)
    const committed = events.flatMap(event => (event.type === 'log' ? [event.committed] : []))
    expect(Math.max(...committed)).toBe(report.committed)
  })

  it('names a fault’s victim', () => {
    const crash = { id: 0, atMs: 100, kind: 'crash', lastsMs: 300, dice: [0.5, 0.1, 0.1, 0.1] } as const
    const heard: TraceEvent[] = []
    simulate({ ...options, seed: 1, faults: QUIET, plan: [crash], observe: event => void heard.push(event) })
    const struck = heard.find(event => event.type === 'fault')
    const crashed = heard.find(event => event.type === 'life' && event.is === 'crashed')
    expect(struck?.members).toHaveLength(1)
    expect(struck?.members).toEqual([crashed?.type === 'life' ? crashed.member : ''])
  })
})

describe('a scene', () => {
  const { events } = RUN
  const scene = sceneOf(events)

  it('has a lane for each member', () => {
    const members = new Set(events.flatMap(event => (event.type === 'life' ? [event.member] : [])))
    expect(scene.lanes).toEqual([FAULTS, CLIENTS, ...members])
  })

  it('has an arrow for each end of a message, from lane to lane, and never back in time', () => {
    const ends = events.filter(({ type }) => type === 'ended')
    const arrows = scene.arrows.filter(({ group }) => group !== 'client')
    expect(arrows).toHaveLength(ends.length)
    for (const { from, to, at, until } of arrows) {
      expect(scene.lanes).toEqual(expect.arrayContaining([from, to]))
      expect(until).toBeGreaterThanOrEqual(at)
    }
    for (const fate of ['lost', 'gone', 'cut', 'injected']) expect(arrows.map(arrow => arrow.fate)).toContain(fate)
  })

  it('has each member in one role at a time, all the time', () => {
    for (const lane of scene.lanes.slice(2)) {
      const roles = scene.spans.filter(span => span.lane === lane && span.slot === 'role')
      roles.forEach((span, at) => expect(roles[at - 1]?.until ?? span.at).toBe(span.at))
      expect(roles.at(-1)?.until).toBe(scene.endsAt)
    }
  })
})

const FAILURE = 'm2 commits entry 7 of term 2 <script>alert("1")</script>\nm1: \u2028 and \u2029'
const HOSTILE = `</script><script>alert('2')</script><!-- \u2028"'&`

/** A run of two that fails, in which every text is hostile. */
const hostile: readonly TraceEvent[] = [
  { at: 0, step: 0, type: 'life', member: 'm1', life: 'm1#1', is: 'started' },
  { at: 0, step: 0, type: 'life', member: HOSTILE, life: HOSTILE, is: 'failed', error: HOSTILE },
  { at: 1, step: 1, type: 'standing', member: 'm1', role: 'leader', term: 2, leader: 'm1', vote: 'm1' },
  { at: 2, step: 2, type: 'sent', number: 1, from: 'm1', to: HOSTILE, message: { type: HOSTILE, payload: HOSTILE } },
  { at: 3, step: 3, type: 'applied', member: 'm1', index: 7, input: HOSTILE, output: HOSTILE },
  { at: 3, step: 3, type: 'told', member: 'm1', event: { type: 'message-refused', reason: HOSTILE } },
  { at: 3, step: 3, type: 'asked', client: HOSTILE, call: HOSTILE, attempt: 1, member: 'm1', input: HOSTILE },
  { at: 4, step: 4, type: 'end', failure: FAILURE, members: ['m2'], asked: [3] },
]

describe('a page', () => {
  const page = spaceTimePage(HOSTILE, hostile)

  it('lets no text out of its place', () => {
    // the data and the script, and nothing that a text has opened or closed
    expect(page.match(/<\/?script/g)).toHaveLength(4)
    expect(page.includes('<!--')).toBe(false)
    expect(page.includes('alert("1")')).toBe(false)
    // lines' ends to JavaScript, in older engines
    expect(/[\u2028\u2029]/.test(page.slice(page.indexOf('<script')))).toBe(false)
    const { scene, events } = dataOf(page)
    expect(events).toEqual(JSON.parse(JSON.stringify(hostile)))
    expect(scene.failure).toBe(FAILURE)
    expect(/<title>(.*?)<\/title>/s.exec(page)?.[1]).toContain('&lt;/script&gt;&lt;script&gt;alert(&#39;2&#39;)')
  })

  it('needs nothing from outside', () => {
    expect(page).not.toMatch(/(src|href)\s*=|url\((?!#)|@import|fetch\(|XMLHttpRequest/)
    expect(page).toContain(`default-src 'none'`)
    expect(scriptOf(page)).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(/)
  })

  it('has tags that are closed in the order in which they were opened', () => {
    const outside = page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
    const open: string[] = []
    for (const [, slash, name = ''] of outside.matchAll(/<(\/?)([a-z]\w*)[^>]*>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (!['meta'].includes(name)) open.push(name)
    }
    expect(open).toEqual([])
  })

  it('has a script that parses, and draws what is in view', () => {
    const { events } = RUN
    const failed: readonly TraceEvent[] = events.map(event =>
      event.type === 'end' ? { ...event, failure: FAILURE } : event,
    )
    for (const html of [page, spaceTimePage('a run', events), spaceTimePage('a run', failed)]) {
      const { drawn, told } = opened(html)
      const { scene } = dataOf(html)
      for (const lane of scene.lanes) expect(drawn).toContain(lane)
      if (scene.failure !== undefined) expect(told).toContain(FAILURE.split('\n')[0])
      // the window, and not the run
      expect(drawn.length).toBeLessThan(1500)
    }
  })

  it('names what has to do with the entry of the failure, whatever is hidden', () => {
    const { scene } = dataOf(page)
    expect(scene.marks.filter(({ isNamed }) => isNamed).map(({ kind }) => kind)).toEqual(['applied'])
    const shapes: readonly (Arrow | Span | Mark)[] = [...scene.arrows, ...scene.spans, ...scene.marks]
    for (const { events: places } of shapes) for (const place of places) expect(hostile[place]).toBeDefined()
  })
})

/** An element that only remembers what it was given: enough for the page's script, and no browser. */
class Element {
  textContent = ''
  readonly children: Element[] = []
  readonly style: Record<string, string> = {}
  readonly clientWidth = 1000
  readonly clientHeight = 800
  readonly offsetHeight = 100_000
  scrollTop = 0

  setAttribute(): void {}
  addEventListener(): void {}
  appendChild(child: Element): Element {
    this.children.push(child)
    return child
  }
  replaceChildren(...children: Element[]): void {
    this.children.splice(0, Infinity, ...children)
  }
  get texts(): string[] {
    return [this.textContent, ...this.children.flatMap(({ texts }) => texts)]
  }
}

/** Opens a page without a browser: what its script draws at first, and what it tells beside that. */
function opened(page: string): { readonly drawn: readonly string[]; readonly told: readonly string[] } {
  const byId = new Map<string, Element>()
  const element = (): Element => new Element()
  const getElementById = (id: string): Element => {
    const known = byId.get(id) ?? new Element()
    byId.set(id, known)
    return known
  }
  getElementById('data').textContent = JSON.stringify(dataOf(page))
  const document = {
    ...{ getElementById, createElement: element, createElementNS: element, createDocumentFragment: element },
    createTextNode: (text: string) => Object.assign(new Element(), { textContent: text }),
    addEventListener: () => undefined,
  }
  new Script(scriptOf(page)).runInNewContext({ document, window: { addEventListener: () => undefined } })
  return { drawn: getElementById('chart').texts, told: getElementById('panel').texts }
}
