import type { Figures } from './figures'
import type { From, Call } from './systems'

export const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

export const figuresText = ({ perSecond, p50Ms, p99Ms, p999Ms }: Figures): string =>
  `${round(perSecond).padStart(8)}/s   p50 ${round(p50Ms)} ms, p99 ${round(p99Ms)} ms, p99.9 ${round(p999Ms)} ms`

interface Told {
  readonly call: Call
  readonly from: From
  readonly inFlight: number
  readonly measured: Figures & { readonly failed: number }
}

export const runText = ({ call, from, inFlight, measured }: Told): string =>
  `${call.padEnd(7)} ${from.padEnd(8)} ${String(inFlight).padStart(5)} in flight ${figuresText(measured)}` +
  (measured.failed > 0 ? `, ${measured.failed} failed` : '')

/** A table with its columns under each other. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map(row => row[at]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
