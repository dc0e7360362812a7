import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { ReadLevel, ReadOptions } from '../../streams/contracts/host.js'

/** The options that only some levels have. */
const OWN = { maxMs: 'bounded', maxEntries: 'bounded', token: 'session' } as const

const LEVELS: readonly ReadLevel[] = ['linearizable', 'lease', 'bounded', 'session', 'stale']

function amount(options: ReadOptions, name: 'maxMs' | 'maxEntries'): number {
  const value: unknown = options[name] ?? 0
  const isCount = typeof value === 'number' && Number.isFinite(value) && value >= 0
  if (isCount && (name === 'maxMs' || Number.isSafeInteger(value))) return value
  throw new KayakError('KAYAK_INVALID', `${name} is ${name === 'maxMs' ? 'a number' : 'an integer'} from 0.`)
}

/** @throws {@link KayakError} `KAYAK_INVALID` for what is no level, and for options that it doesn't have. */
export function checkLevel(level: unknown, options: ReadOptions): asserts level is ReadLevel {
  for (const [name, of] of Object.entries(OWN))
    if (Reflect.get(options, name) !== undefined && of !== level)
      throw new KayakError('KAYAK_INVALID', `${name} is an option of ${of} reads.`)
  if (!LEVELS.some(known => known === level))
    throw new KayakError('KAYAK_INVALID', 'A level of reads is linearizable, lease, bounded, session or stale.')
}

/** How stale a bounded read may be. */
export function stalenessOf(options: ReadOptions): { readonly ms: number; readonly entries: number } {
  if (options.maxMs === undefined && options.maxEntries === undefined)
    throw new KayakError('KAYAK_INVALID', 'A bounded read says by how much: options.maxMs, options.maxEntries.')
  return { ms: amount(options, 'maxMs'), entries: amount(options, 'maxEntries') }
}

/** What a read that has failed fails with: one that could not be proven in time is too stale. */
export function readFailure(level: unknown, cause: unknown): unknown {
  if (level !== 'bounded' || !isKayakError(cause) || cause.code !== 'KAYAK_TIMEOUT') return cause
  const { leader } = cause
  return new KayakError('KAYAK_TOO_STALE', 'How fresh this member is was not proven in time.', { cause, leader })
}
