import { Observable, Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.js'

/**
 * Emits when nothing has been heard for as long as was drawn, and begins anew with another draw. One timer is armed at
 * a time however much is heard: when it goes off early it is set for what remains.
 *
 * ```
 *  heard$  --h--h-----------------
 *  T           |-----T-----|
 *  result  -----------------x-----
 * ```
 */
export function silence$(heard$: Observable<unknown>, draw: () => number, clock: Clock): Observable<void> {
  return new Observable(subscriber => {
    let quietSince = clock.now()
    let timeout = draw()
    const heard = heard$.subscribe(() => {
      quietSince = clock.now()
      timeout = draw()
    })
    const timer = new Subscription()
    const arm = (delay: number): void => {
      const action = clock.schedule(() => {
        timer.remove(action)
        const remaining = quietSince + timeout - clock.now()
        if (remaining > 0) return arm(remaining)
        quietSince = clock.now()
        timeout = draw()
        subscriber.next()
        if (!subscriber.closed) arm(timeout)
      }, delay)
      timer.add(action)
    }
    arm(timeout)
    return () => {
      heard.unsubscribe()
      timer.unsubscribe()
    }
  })
}
