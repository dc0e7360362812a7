import { filter, map, scan, type Observable } from 'rxjs'
import { LIMITS } from '../contracts/limits.js'
import type { Replica } from '../replica/replica.js'

interface Growth {
  readonly since: number
  readonly bytes: number
  readonly warnAt: number
  readonly warns: boolean
}

/** Warns as the log grows without being compacted: at 64 MiB since the newest snapshot, and at each doubling. */
export const logGrowth$ = (replica: Replica, applied$: Observable<{ bytes: number }>): Observable<number> =>
  applied$.pipe(
    scan(
      (growth: Growth, { bytes }): Growth => {
        const since = replica.snapshot?.index ?? 0
        const fresh = since !== growth.since
        const sum = (fresh ? 0 : growth.bytes) + bytes
        const warnAt = fresh ? LIMITS.logGrowthBytes : growth.warnAt
        return { since, bytes: sum, warnAt: sum >= warnAt ? warnAt * 2 : warnAt, warns: sum >= warnAt }
      },
      { since: replica.snapshot?.index ?? 0, bytes: 0, warnAt: LIMITS.logGrowthBytes, warns: false },
    ),
    filter(growth => growth.warns),
    map(growth => growth.bytes),
  )
