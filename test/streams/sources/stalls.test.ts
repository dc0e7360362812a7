import { VirtualClock } from '../../../lib/testing/virtual-clock'
import { ProcessClock } from '../../../lib/testing/cluster/process-clock'
import { stalls$ } from '../../../streams/sources/stalls'

/** A process whose event loop can be held. */
function watched(periodMs: number, limitMs: () => number) {
  const clock = new VirtualClock()
  const process = new ProcessClock(clock, () => undefined)
  const stalls: number[] = []
  const watching = stalls$(periodMs, limitMs, process).subscribe(heldMs => stalls.push(heldMs))
  const hold = (ms: number): void => {
    process.pause()
    clock.advanceBy(ms)
    process.resume()
  }
  return { clock, hold, stalls, watching }
}

describe('a held event loop', () => {
  it('is told of with how long it was held, however long that was', () => {
    const { clock, hold, stalls } = watched(10, () => 50)
    clock.advanceBy(100)
    hold(75)
    clock.advanceBy(100)
    hold(10_000)
    clock.advanceBy(100)
    // a hold that begins with a tick is noticed by the one after
    expect(stalls).toEqual([65, 9_990])
  })

  it('is not told of up to the limit, which may change', () => {
    let limit = 50
    const { clock, hold, stalls } = watched(10, () => limit)
    clock.advanceBy(100)
    hold(60)
    clock.advanceBy(100)
    expect(stalls).toEqual([])
    limit = 49
    hold(60)
    clock.advanceBy(100)
    expect(stalls).toEqual([50])
  })

  it('costs nothing once nobody listens', () => {
    const { clock, stalls, watching } = watched(10, () => 50)
    clock.advanceBy(10_000)
    watching.unsubscribe()
    expect([stalls, clock.pending]).toEqual([[], 0])
  })
})
