import { filter, map, scan } from 'rxjs'
import type { CompactionStrategy, Growth } from './growth.js'

interface Sum {
  readonly index: number
  readonly since: number
}

/** A point as soon as what has come since the last one, weighed entry by entry, reaches `limit`. Then from 0 again. */
export const sumUp =
  (limit: number, weigh: (growth: Growth) => number): CompactionStrategy =>
  growth$ =>
    growth$.pipe(
      scan(({ since }: Sum, grown) => ({ index: grown.index, since: (since >= limit ? 0 : since) + weigh(grown) }), {
        index: 0,
        since: 0,
      }),
      filter(({ since }) => since >= limit),
      map(({ index }) => index),
    )
