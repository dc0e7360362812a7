import { KayakError } from '../../streams/contracts/errors.js'

/** What the machines of a host must know of each other. */
export interface Neighbour {
  readonly name: string
  /** Whether it compacts: what it writes is the snapshot that all begin with. */
  readonly compacts: boolean
  /** Whether it says how it reads a snapshot, which may be another machine's. */
  readonly restores: boolean
}

const known = new WeakMap<object, ReadonlySet<Neighbour>>()

function check(one: Neighbour, other: Neighbour): void {
  const invalid = (why: string): KayakError => new KayakError('KAYAK_INVALID', `The host has a machine ${why}`)
  if (one.name === other.name) throw invalid(`named "${one.name}" already: give each its name.`)
  const [compacting, reading] = one.compacts ? [one, other] : [other, one]
  if (!compacting.compacts) return
  const pair = `"${compacting.name}" that compacts, and "${reading.name}" would`
  if (reading.compacts) throw invalid(`${pair} too: only one may. Make them one machine.`)
  if (!reading.restores)
    throw invalid(`${pair} begin with its snapshot: give it a \`restore\` that reads that, or make them one machine.`)
}

/** Takes a place on a host for a machine. Returns what to call when it is free again. */
export function takePlace(host: object, one: Neighbour): () => void {
  const others = known.get(host) ?? new Set()
  for (const other of others) check(one, other)
  known.set(host, new Set([...others, one]))
  return () => void known.set(host, new Set([...(known.get(host) ?? [])].filter(other => other !== one)))
}
