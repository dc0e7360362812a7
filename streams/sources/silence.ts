import { Observable, Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.js'

/**
 * Emits when nothing has been heard for as long as was drawn, and begins anew with another draw. One timer is armed at
 * a time however much is heard: when it goes off early it is set for what remains, and it is set anew where a draw is
 * due before it, as when a member has just learned of a shorter timeout.
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
    let armedFor = Infinity
    let timer = Subscription.EMPTY
    const arm = (): void => {
      armedFor = quietSince + timeout
      timer.unsubscribe()
      timer = clock.schedule(goOff, armedFor - clock.now())
    }
    const goOff = (): void => {
      if (quietSince + timeout > clock.now()) return arm()
      quietSince = clock.now()
      timeout = draw()
      arm()
      subscriber.next()
    }
    const heard = heard$.subscribe(() => {
      quietSince = clock.now()
      timeout = draw()
      if (quietSince + timeout < armedFor) arm()
    })
    arm()
    return () => {
      heard.unsubscribe()
      timer.unsubscribe()
    }
  })
}
