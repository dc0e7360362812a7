import type { Point, Report } from './report'
import type { Call } from './systems'
import { round } from './text'

interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

/** A logarithmic axis: where a value is, and which values have a mark. */
interface Axis {
  readonly at: (value: number) => number
  readonly marks: readonly number[]
}

const [WIDTH, HEIGHT, MARGIN] = [900, 480, 60] as const
const COLOURS = ['#1f77b4', '#7fb2dd', '#2ca02c', '#98d594', '#d62728', '#ff7f0e', '#9467bd', '#8c564b']
const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: ${WIDTH}px; color: #222 }
svg text { font: 12px system-ui, sans-serif; fill: #444 } table { border-collapse: collapse }
td, th { padding: 0.2rem 0.8rem; border-bottom: 1px solid #ddd; text-align: left }`

const escaped = (text: string): string => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

/** A line for each storage and place that calls come from, and for each rival. */
function seriesOf(report: Report, call: Call): readonly Series[] {
  const own = new Map<string, Point[]>()
  for (const point of report[call] ?? []) {
    const name = `kayak on ${point.storage}, from a ${point.from}`
    own.set(name, [...(own.get(name) ?? []), point])
  }
  const others = Object.entries(report.rivals ?? {}).map(([name, rival]) => [name, rival[call]] as const)
  return [...own, ...others].map(([name, points]) => ({ name, points })).filter(({ points }) => points.length > 0)
}

/** From the power of ten below the least to the one above the most. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    at: value => from + ((to - from) * (Math.log10(value) - least)) / (most - least),
    marks: Array.from({ length: most - least + 1 }, (_, at) => 10 ** (least + at)),
  }
}

const markText = (value: number): string => (value >= 1 ? value.toLocaleString('en') : String(value))

function grid(x: Axis, y: Axis): string {
  const [bottom, right] = [HEIGHT - MARGIN, WIDTH - MARGIN]
  const line = (from: string, to: string): string => `<path d="M${from} L${to}" stroke="#ddd"/>`
  const across = x.marks.map(
    mark =>
      line(`${x.at(mark)},${MARGIN}`, `${x.at(mark)},${bottom}`) +
      `<text x="${x.at(mark)}" y="${bottom + 18}" text-anchor="middle">${markText(mark)}</text>`,
  )
  const up = y.marks.map(
    mark =>
      line(`${MARGIN},${y.at(mark)}`, `${right},${y.at(mark)}`) +
      `<text x="${MARGIN - 6}" y="${y.at(mark) + 4}" text-anchor="end">${markText(mark)}</text>`,
  )
  return [...across, ...up].join('')
}

/** One system: a point for each number of calls in flight, and between the least and the most of p50 a line. */
function drawn({ name, points }: Series, which: number, x: Axis, y: Axis): string {
  const colour = COLOURS[which % COLOURS.length] ?? 'black'
  const path = points.map(({ perSecond, p50Ms }) => `${x.at(perSecond)},${y.at(p50Ms)}`).join(' L')
  const dots = points.map(
    ({ perSecond, p50Ms, p99Ms, inFlight }) =>
      `<circle cx="${x.at(perSecond)}" cy="${y.at(p50Ms)}" r="4" fill="${colour}"><title>${escaped(name)}, ` +
      `${inFlight} in flight: ${round(perSecond)}/s, p50 ${round(p50Ms)} ms, p99 ${round(p99Ms)} ms</title></circle>` +
      `<text x="${x.at(perSecond)}" y="${y.at(p50Ms) - 8}" text-anchor="middle">${inFlight}</text>`,
  )
  const legend = `<text x="${MARGIN + 10}" y="${MARGIN + 8 + 16 * which}" style="fill: ${colour}">${escaped(name)}</text>`
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${legend}`
}

function chart(report: Report, call: Call): string {
  const series = seriesOf(report, call)
  const points = series.flatMap(one => one.points).filter(({ perSecond, p50Ms }) => perSecond > 0 && p50Ms > 0)
  if (points.length === 0) return ''
  const x = axis(
    points.map(({ perSecond }) => perSecond),
    MARGIN,
    WIDTH - MARGIN,
  )
  const y = axis(
    points.map(({ p50Ms }) => p50Ms),
    HEIGHT - MARGIN,
    MARGIN,
  )
  const lines = series.map((one, which) => drawn(one, which, x, y)).join('')
  return (
    `<h2>${call === 'append' ? 'Appends' : 'Barriers'}</h2><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">` +
    `${grid(x, y)}${lines}<text x="${WIDTH / 2}" y="${HEIGHT - 18}" text-anchor="middle">a second</text>` +
    `<text x="16" y="${HEIGHT / 2}" transform="rotate(-90 16 ${HEIGHT / 2})" text-anchor="middle">p50, ms</text></svg>`
  )
}

function targetsTable({ targets }: Report): string {
  const rows = targets.map(
    ({ what, storage, value, unit, bound, target, isMet }) =>
      `<tr><td>${escaped(what)}<td>${escaped(storage)}<td>${escaped(`${round(value)} ${unit}`)}` +
      `<td>${bound} ${target}<td>${isMet ? 'met' : '<b>not met</b>'}`,
  )
  return rows.length === 0 ? '' : `<h2>Targets</h2><table>${rows.join('')}</table>`
}

/** A page by itself: latency against throughput, a line a system, with the number of calls in flight at each point. */
export function page(report: Report): string {
  const { machine, node, commit, startedAt } = report
  const where = `${commit}, Node ${node}, ${machine.cores} x ${machine.cpu}, ${startedAt}`
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>kayak's benchmark</title><style>${STYLE}</style>` +
    `<h1>kayak's benchmark</h1><p>${escaped(where)}. Three members in three processes on loopback, 1 KiB payloads, ` +
    `every write made durable; medians.</p>` +
    `${chart(report, 'append')}${chart(report, 'barrier')}${targetsTable(report)}</html>\n`
  )
}
