import type { Figures } from './figures'
import type { Outcome, Point, Report } from './report'
import { round, table } from './text'

type Given = Omit<Report, 'targets'>
type Line = Omit<Outcome, 'isMet'>

const IN_FLIGHT = [1, 64, 256, 1024]
/** Appends a second, in times of the rival's, at so many in flight. */
const APPENDS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  etcd: { segments: [1.8, 6, 8, 10], nedb: [0.7, 2.5, 4, 4] },
  hashicorp: { segments: [2.2, 6, 6, 6] },
}
const P99_OF_ETCD: Readonly<Record<string, number>> = { segments: 0.25, nedb: 0.6 }
const MOST_OF_FLOOR: Readonly<Record<string, number>> = { segments: 1.8 }
const BARRIERS_OF_ETCD: Readonly<Record<string, number>> = { segments: 5 }
const SHARE_WITHIN_2 = 0.99
const MOST_OF_FIRST = 1.1
const MOST_IDLE_PERCENT = 1
const MOST_OF_WITHOUT = 1.15

const at = <P extends Point>(points: readonly P[] | undefined, inFlight: number): P | undefined =>
  points?.find(point => point.inFlight === inFlight && point.from === 'leader')

const kayakAt = (report: Given, call: 'append' | 'barrier', storage: string, inFlight: number): Figures | undefined =>
  at(
    report[call]?.filter(point => point.storage === storage),
    inFlight,
  )

function ratio(line: Omit<Line, 'value'>, value: number | undefined, of: number | undefined): readonly Line[] {
  return value === undefined || of === undefined ? [] : [{ ...line, value: value / of }]
}

function appendsAgainst(report: Given, rival: string, storage: string): readonly Line[] {
  const targets = APPENDS[rival]?.[storage] ?? []
  return targets.flatMap((target, which) => {
    const inFlight = IN_FLIGHT[which] ?? 0
    return ratio(
      { what: `appends/s, ${inFlight} in flight`, storage, unit: `x ${rival}'s`, target, bound: 'at least' },
      kayakAt(report, 'append', storage, inFlight)?.perSecond,
      at(report.rivals?.[rival]?.append, inFlight)?.perSecond,
    )
  })
}

function againstFloor({ floor, ...report }: Given, storage: string): readonly Line[] {
  const target = MOST_OF_FLOOR[storage]
  if (target === undefined) return []
  return ratio(
    { what: 'p50 of one append', storage, unit: 'x (write + round trip)', target, bound: 'at most' },
    kayakAt(report, 'append', storage, 1)?.p50Ms,
    floor && floor.durableWriteMs + floor.roundTripMs,
  )
}

function p99Against(report: Given, storage: string): readonly Line[] {
  return ratio(
    { what: 'p99, 256 in flight', storage, unit: "x etcd's", target: P99_OF_ETCD[storage] ?? 1, bound: 'at most' },
    kayakAt(report, 'append', storage, 256)?.p99Ms,
    at(report.rivals?.etcd?.append, 256)?.p99Ms,
  )
}

function barriersAgainst(report: Given, storage: string): readonly Line[] {
  const target = BARRIERS_OF_ETCD[storage]
  if (target === undefined) return []
  return [64, 256].flatMap(inFlight =>
    ratio(
      {
        what: `barriers/s, ${inFlight} in flight`,
        storage,
        unit: "x etcd's gets",
        target,
        bound: 'at least',
      },
      kayakAt(report, 'barrier', storage, inFlight)?.perSecond,
      at(report.rivals?.etcd?.barrier, inFlight)?.perSecond,
    ),
  )
}

/** What is told of one storage by each scenario that compares it with nobody else. */
function alone({ leaderless, positions, idle, operators }: Given): readonly Line[] {
  const most = { bound: 'at most' } as const
  return [
    ...(leaderless ?? []).map(({ storage, within2, kills }) => ({
      ...{ what: 'a new leader within 2 x 2T', storage, unit: `of ${kills} kills`, value: within2 },
      ...{ target: SHARE_WITHIN_2, bound: 'at least' as const },
    })),
    ...(positions ?? []).flatMap(({ storage, pairs: [pair], oneRatio, manyRatio }) =>
      Object.entries({ alone: oneRatio, 'among many': manyRatio }).map(([how, value]) => ({
        ...{
          what: `append ${pair?.last.position ?? 0}, ${how}`,
          storage,
          unit: `x append ${pair?.first.position ?? 0}`,
          value,
        },
        ...{ target: MOST_OF_FIRST, ...most },
      })),
    ),
    ...(idle ?? []).map(({ storage, cpuPercent }) => ({
      ...{ what: 'the busiest idle member', storage, unit: '% of a core', value: Math.max(...cpuPercent) },
      ...{ target: MOST_IDLE_PERCENT, ...most },
    })),
    ...(operators ?? []).map(({ storage, ratio: value }) => ({
      ...{ what: 'CPU with three operators', storage, unit: 'x without', value, target: MOST_OF_WITHOUT, ...most },
    })),
  ]
}

/** What of the targets can be told from what was measured. */
export function outcomes(report: Given, storages: readonly string[]): readonly Outcome[] {
  const lines = storages.flatMap(storage => [
    ...appendsAgainst(report, 'etcd', storage),
    ...appendsAgainst(report, 'hashicorp', storage),
    ...againstFloor(report, storage),
    ...p99Against(report, storage),
    ...barriersAgainst(report, storage),
  ])
  return [...lines, ...alone(report)].map(line => ({
    ...line,
    isMet: line.bound === 'at least' ? line.value >= line.target : line.value <= line.target,
  }))
}

export function outcomesText(told: readonly Outcome[]): string {
  const rows = told.map(({ what, storage, unit, value, target, bound, isMet }) => [
    ...[what, storage, `${round(value)} ${unit}`, `${bound} ${target}`, isMet ? 'met' : 'NOT MET'],
  ])
  return table([['what', 'storage', 'measured', 'target', ''], ...rows])
}
