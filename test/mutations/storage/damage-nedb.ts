import type { Random } from '../../../streams/contracts/clock.js'
import type { Damage } from './hunted.js'
import type { SimulatedDisk } from './simulated-disk.js'

const BOOK = /^(log-\d+|state)\.db$/
const SNAPSHOT = /^snapshot-\d+\.kayak$/

type Harm = (bytes: Buffer, random: Random) => Buffer | undefined

const below = (random: Random, end: number): number => Math.floor(random.next() * end)

const flip: Harm = (whole, random) => {
  const bytes = Buffer.from(whole)
  const at = below(random, bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8))
  return bytes
}

/** The end of the last line is no end any more: what comes before it is as it was written. */
const blurEnd: Harm = whole => Buffer.concat([whole.subarray(0, -1), Buffer.from('\v')])

/** A line that is not the last one is no longer there, or there twice. */
const lines = (change: (all: string[], at: number) => string[]): Harm => {
  return (whole, random) => {
    const all = whole.toString('latin1').split('\n').slice(0, -1)
    const changed = change(all, below(random, all.length - 1))
    return Buffer.from(`${changed.join('\n')}\n`, 'latin1')
  }
}

const HARMS: Readonly<Record<string, Harm>> = {
  'a flipped bit': flip,
  'a lost file': () => undefined,
  'a blurred end of the last line': blurEnd,
  'a lost line': lines((all, at) => all.filter((_, other) => other !== at)),
  'a doubled line': lines((all, at) => [...all.slice(0, at + 1), ...all.slice(at)]),
}

/** Damages something that must be whole: a book, or the newest snapshot. */
export function drawDamage(disk: SimulatedDisk, random: Random): Damage | undefined {
  const newest = disk.files
    .filter(name => SNAPSHOT.test(name))
    .sort()
    .at(-1)
  const names = [...disk.files.filter(name => BOOK.test(name)), ...(newest === undefined ? [] : [newest])]
  const name = names[below(random, names.length)] ?? ''
  const whole = disk.contents(name)
  if (whole === undefined || whole.length === 0) return undefined
  const isBook = BOOK.test(name) && whole.indexOf('\n') < whole.length - 1
  const kinds = Object.entries(HARMS).filter(([what]) => isBook || !what.endsWith('line'))
  const [what, harm] = kinds[below(random, kinds.length)] ?? ['a flipped bit', flip]
  return { name, what, bytes: harm(whole, random), end: 'refused' }
}
