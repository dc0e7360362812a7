import type { Random } from '../../../streams/contracts/clock.js'
import type { Damage, Left } from './hunted.js'
import type { SimulatedDisk } from './simulated-disk.js'

const BLOCK_BYTES = 4096
const STATE = 'state.kayak'
const SEGMENT = /^log-\d+\.seg$/
const SNAPSHOT = /^snapshot-\d+\.kayak$/

const below = (random: Random, end: number): number => Math.floor(random.next() * end)

function flipped(whole: Buffer, random: Random, from: number, to: number): Buffer {
  const bytes = Buffer.from(whole)
  const at = from + below(random, to - from)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8))
  return bytes
}

type Harm = (whole: Buffer, random: Random, others: readonly Buffer[]) => Omit<Damage, 'name'>

/** Where in a state there are bits that say something: its blocks end with zeros, which are checked as well. */
const BLOCKS = [0, 1, 2, 3].map(block => block * BLOCK_BYTES)

const OF_STATE: readonly Harm[] = [
  (whole, random) => ({ what: 'a flipped bit', bytes: flipped(whole, random, 0, whole.length), end: 'harmless' }),
  (whole, random) => {
    const bytes = BLOCKS.reduce((all, block) => flipped(all, random, block, block + BLOCK_BYTES), whole)
    return { what: 'a flipped bit in each block', bytes, end: 'refused' }
  },
  () => ({ what: 'a lost file', bytes: undefined, end: 'refused' }),
  (whole, random) => ({
    what: 'a lost end',
    bytes: whole.subarray(0, below(random, BLOCK_BYTES)),
    end: 'refused',
  }),
]

/** What isn't needed may be harmed: a file that waits, one that a crash has left, what follows the end. */
const OF_SEGMENT: readonly Harm[] = [
  (whole, random) => ({ what: 'a flipped bit', bytes: flipped(whole, random, 0, whole.length), end: 'either' }),
  // where the records are that every segment in use begins with
  (whole, random) => ({
    what: 'a flipped bit near its begin',
    bytes: flipped(whole, random, 4096, 4300),
    end: 'either',
  }),
  (whole, random) => ({ what: 'a flipped bit in its header', bytes: flipped(whole, random, 0, 4096), end: 'either' }),
  () => ({ what: 'a lost file', bytes: undefined, end: 'either' }),
  (whole, random) => ({ what: 'a lost end', bytes: whole.subarray(0, below(random, whole.length)), end: 'either' }),
  (whole, random) => {
    const from = below(random, whole.length)
    const bytes = Buffer.from(whole)
    bytes.fill(0, from, from + below(random, whole.length - from))
    return { what: 'zeros', bytes, end: 'either' }
  },
  (whole, random, others) => {
    const other = others[below(random, others.length)]
    return { what: 'another segment', bytes: other ?? whole, end: 'either' }
  },
]

/** What can be told from a torn end though nothing says where that is. */
const OF_LEFT_SEGMENT = OF_SEGMENT.slice(0, 3)

const OF_SNAPSHOT: readonly Harm[] = [
  (whole, random) => ({ what: 'a flipped bit', bytes: flipped(whole, random, 0, whole.length), end: 'refused' }),
  () => ({ what: 'a lost file', bytes: undefined, end: 'refused' }),
]

/** Damages a block, or all, of the state, a segment anywhere, or the newest snapshot. */
export function drawDamage(disk: SimulatedDisk, random: Random, left: Left): Damage | undefined {
  const segments = disk.files.filter(name => SEGMENT.test(name))
  const newest = disk.files
    .filter(name => SNAPSHOT.test(name))
    .sort()
    .at(-1)
  const names = [STATE, ...segments, ...(newest === undefined ? [] : [newest])]
  const name = names[below(random, names.length)] ?? STATE
  const ofSegment = left === 'closed' ? OF_SEGMENT : OF_LEFT_SEGMENT
  const harms = name === STATE ? OF_STATE : SEGMENT.test(name) ? ofSegment : OF_SNAPSHOT
  const whole = disk.contents(name)
  if (whole === undefined) return undefined
  const others = segments.filter(other => other !== name).flatMap(other => disk.contents(other) ?? [])
  const harm = harms[below(random, harms.length)]
  return harm === undefined ? undefined : { name, ...harm(whole, random, others) }
}
