import { parseArgs } from 'node:util'
import type { Narrowing } from './narrowing.js'

/** What a command line asks for. */
export interface Asked {
  /** One seed to replay, or undefined: then seeds from `from` on are run. */
  readonly seed: number | undefined
  readonly narrowing: Narrowing
  /** Where to write the run as a page to look at. */
  readonly page: string | undefined
  readonly from: number
  readonly count: number
  /** For how long seeds are run; undefined: until there have been `count`. */
  readonly minutes: number | undefined
}

export const USAGE = `  --seed N            replays one seed, and makes it small if it fails
    --members N  --clients N  --duration MS  --faults 1,2,3|none      the same run, smaller
    --page FILE         writes it as a page to look at
  --from N --count N  runs so many seeds (default: 100 from 1 on)
  --minutes N         runs seeds for so long`

const OPTIONS = {
  seed: { type: 'string' },
  members: { type: 'string' },
  clients: { type: 'string' },
  duration: { type: 'string' },
  faults: { type: 'string' },
  page: { type: 'string' },
  from: { type: 'string' },
  count: { type: 'string' },
  minutes: { type: 'string' },
} as const

/** A whole number of at least `least`. */
function whole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  throw new RangeError(`--${name} takes a whole number from ${least} on, not "${text}".`)
}

const idsOf = (text: string): readonly number[] =>
  text === 'none' ? [] : text.split(',').map(id => whole('faults', id, 0) ?? 0)

/** Without what is undefined. */
const given = <T extends object>(values: { readonly [Name in keyof T]: T[Name] | undefined }): T =>
  // what is left has a value
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T

/** @throws an error that says which word is wrong. */
export function parseArguments(args: readonly string[]): Asked {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false })
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  if (minutes !== undefined && !(minutes > 0)) throw new RangeError('--minutes takes a number above 0.')
  return {
    seed: whole('seed', values.seed, 0),
    narrowing: given<Narrowing>({
      members: whole('members', values.members, 1),
      clients: whole('clients', values.clients, 1),
      durationMs: whole('duration', values.duration, 1),
      faults: values.faults === undefined ? undefined : idsOf(values.faults),
    }),
    page: values.page,
    from: whole('from', values.from, 0) ?? 1,
    count: whole('count', values.count, 1) ?? (minutes === undefined ? 100 : Infinity),
    minutes,
  }
}

/** The words that ask for a run again. */
export function wordsOf(seed: number, { members, clients, durationMs, faults }: Narrowing = {}): string {
  return [
    `--seed ${seed}`,
    ...(members === undefined ? [] : [`--members ${members}`]),
    ...(clients === undefined ? [] : [`--clients ${clients}`]),
    ...(durationMs === undefined ? [] : [`--duration ${durationMs}`]),
    ...(faults === undefined ? [] : [`--faults ${faults.length === 0 ? 'none' : faults.join(',')}`]),
  ].join(' ')
}
