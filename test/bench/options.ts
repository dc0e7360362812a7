import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { storagesOf } from './storages'

/** What a run measures, and for how long. */
export interface BenchOptions {
  /** Everything is cut down to what shows that it works. */
  readonly isQuick: boolean
  /** Scenarios by name. */
  readonly only: readonly string[]
  readonly storages: readonly string[] | undefined
  readonly inFlight: readonly number[]
  readonly rounds: number
  /** Of each load that counts. */
  readonly ms: number
  /** How long each load lasts before it counts. */
  readonly warmMs: number
  /** How long a system takes appends before its first load. */
  readonly warmUpMs: number
  readonly withRivals: boolean
  /** Beside it, what its storages and its transport do without the rest. */
  readonly withBare: boolean
  readonly json: string | undefined
  readonly html: string | undefined
  /** For the folders of members: on the disk that is to be measured. */
  readonly dir: string
  /** The package that is measured, and others as they were built, to be measured beside it. */
  readonly kayak: string
  readonly against: readonly string[]
  /** Entries after which members compact their logs. */
  readonly compactEntries: number
  /** Flags of Node.js that the members run with, in append, barrier, ratio and warming. */
  readonly nodeFlags: readonly string[]
  /** And those that the others run with, in ratio. */
  readonly againstNodeFlags: readonly string[]
  /** Where the members leave profiles of what they spend their time with. */
  readonly profiles: string | undefined
}

export const USAGE = `npm run bench -- …
  --quick              everything in less than a minute, by which nothing is proven
  --rivals             etcd, hashicorp/raft and zmq-raft beside it, where test/bench/rivals/install.sh has run
  --bare               its storages and its transport without the rest beside it
  --only append,floor  these scenarios alone
  --storage nedb       this storage alone
  --in-flight 1,64     so many calls under way
  --rounds 3           medians of so many runs, in alternation
  --seconds 3          of each load
  --warm 20            seconds in which a system takes appends before it is measured
  --dir DIR            on this disk
  --json FILE          the figures
  --html FILE          latency against throughput
  --kayak DIR          another built package instead of this one
  --against DIR        another built package beside this one
  --compact 10000      members compact their logs after so many entries
  --node='--a --b'     members run with these flags of Node.js: for append, barrier, ratio and warming
  --against-node='--a' and those beside them, with --only ratio, which takes turns of --seconds 0.5 or so
  --profiles DIR       the members' profiles, for Chrome's or VS Code's viewer`

const flags = (text = ''): readonly string[] => text.split(/\s+/).filter(Boolean)

const counts = (text: string): readonly number[] => text.split(',').map(count)

function positive(word: string): number {
  const number = Number(word)
  if (!(number > 0 && number < Infinity)) throw new RangeError(`${word} is no number above 0.`)
  return number
}

function count(word: string): number {
  const number = positive(word)
  if (!Number.isInteger(number)) throw new RangeError(`${word} is no whole number.`)
  return number
}

/** Others beside which it is measured, and what is said of them. */
function othersOf({ against = [], only = '', ...values }: ReturnType<typeof valuesOf>) {
  if (against.length === 0 && only.split(',').includes('ratio')) throw new RangeError('ratio needs --against DIR.')
  if (against.length === 0 && values['against-node'] !== undefined)
    throw new RangeError('--against-node needs --against DIR.')
  const lacking = against.find(root => storagesOf(root).length === 0)
  if (lacking !== undefined) throw new RangeError(`There is no package in ${lacking}; is it built?`)
  return { against: against.map(root => resolve(root)), againstNodeFlags: flags(values['against-node']) }
}

/** The words of the command line by their options. */
function valuesOf(words: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      rivals: { type: 'boolean', default: false },
      bare: { type: 'boolean', default: false },
      ...{ only: text, storage: text, 'in-flight': text, rounds: text, seconds: text, warm: text, compact: text },
      ...{ json: text, html: text, profiles: text, dir: text, kayak: text, node: text, 'against-node': text },
      against: { ...text, multiple: true },
    },
  })
  return values
}

/** What is asked for on the command line. */
export function parseOptions(words: readonly string[]): BenchOptions {
  const values = valuesOf(words)
  const isQuick = values.quick
  const ms = 1000 * positive(values.seconds ?? (isQuick ? '0.15' : '3'))
  return {
    isQuick,
    only: values.only?.split(',') ?? [],
    storages: values.storage?.split(',').map(name => name.replace(/^storage-/, '')),
    inFlight: counts(values['in-flight'] ?? '1,16,64,256,1024'),
    rounds: count(values.rounds ?? (isQuick ? '1' : '3')),
    ms,
    warmMs: Math.min(1000, ms / 2),
    warmUpMs: 1000 * positive(values.warm ?? (isQuick ? '0.3' : '20')),
    withRivals: values.rivals,
    withBare: values.bare,
    json: values.json,
    html: values.html,
    dir: values.dir ?? tmpdir(),
    kayak: resolve(values.kayak ?? '.'),
    compactEntries: count(values.compact ?? '10000'),
    nodeFlags: flags(values.node),
    profiles: values.profiles,
    ...othersOf(values),
  }
}
