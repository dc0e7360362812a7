import type { Model, Workload } from 'kayak/testing'
import type { Answer, Request } from './office.js'

/** One seat, as it should be: nobody's, held, or sold. */
type Seat = { readonly buyer: string; readonly isSold: boolean } | null

/** What the office should do, one seat at a time and one request at a time. It knows of no snapshot. */
const model: Model<Seat, Request, Answer> = {
  initial: null,
  key: ({ seat }) => seat,
  step: (state, { type, buyer }) => {
    const isTheirs = state !== null && !state.isSold && state.buyer === buyer
    if (type === 'look') return { state, output: state === null ? 'free' : state.isSold ? 'sold' : 'held' }
    if (type === 'hold' && state === null) return { state: { buyer, isSold: false }, output: 'yours' }
    if (type === 'hold') return { state, output: isTheirs ? 'yours' : 'taken' }
    if (!isTheirs) return { state, output: 'not yours' }
    if (type === 'release') return { state: null, output: 'free again' }
    return { state: { buyer, isSold: true }, output: 'paid' }
  },
}

const SEATS = 200
const BUYERS = ['ada', 'ben', 'cleo']
const TYPES = ['hold', 'hold', 'hold', 'pay', 'release', 'look'] as const

/** Buyers who want the seats that others want, too: most of them look at the first few. */
export const buyers: Workload<Seat, Request, Answer> = {
  model,
  clients: 3,
  restMs: 30,
  timeoutMs: 2000,
  retries: 3,
  next: random => {
    const pick = <T>(list: readonly [T, ...T[]] | readonly T[], first: T): T =>
      list[Math.floor(random.next() * list.length)] ?? first
    const type = pick<(typeof TYPES)[number]>(TYPES, 'hold')
    const seat = `seat ${1 + Math.floor(SEATS * random.next() ** 8)}`
    return { type: type === 'look' ? 'query' : 'command', input: { type, seat, buyer: pick(BUYERS, 'ada') } }
  },
}
