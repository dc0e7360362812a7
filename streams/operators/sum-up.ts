import { defer, filter, map } from 'rxjs'
import type { CompactionStrategy, Growth } from './growth.js'

/** A point as soon as what has come since the last one, weighed entry by entry, reaches `limit`. Then from 0 again. */
export const sumUp =
  (limit: number, weigh: (growth: Growth) => number): CompactionStrategy =>
  growth$ =>
    defer(() => {
      // a number and not a scan: an object for each entry would be much of what an entry leaves behind
      let since = 0
      return growth$.pipe(
        filter(growth => (since = (since >= limit ? 0 : since) + weigh(growth)) >= limit),
        map(({ index }) => index),
      )
    })
