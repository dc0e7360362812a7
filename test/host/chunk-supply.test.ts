import { firstValueFrom } from 'rxjs'
import { supplyChunks } from '../../lib/host/chunks'
import { VirtualClock } from '../../lib/testing/virtual-clock'

const microtasks = () => new Promise(resolve => setImmediate(resolve))

/** Pulls once of chunks of a size, each of which takes so long to make, and tells how many that took. */
async function pulledAtOnce(bytes: number, makingMs: number): Promise<number> {
  const clock = new VirtualClock()
  let pulled = 0
  function* chunks() {
    for (; pulled < 5000; pulled++) {
      clock.advanceBy(makingMs)
      yield new Uint8Array(bytes)
    }
  }
  const supply = supplyChunks(chunks(), () => undefined, clock)
  const pulling = firstValueFrom(supply.pull())
  await microtasks()
  expect(pulled).toBe(0)
  clock.advanceBy(0)
  await pulling
  return pulled
}

describe('chunks of an iterable', () => {
  it('are pulled in a turn of their own, many small ones together', async () => {
    expect(await pulledAtOnce(1024, 0)).toBe(64)
    expect(await pulledAtOnce(64 * 1024, 0)).toBe(0)
  })

  it('hold up others for a moment only: where they are of nothing, and where they take long to make', async () => {
    expect(await pulledAtOnce(0, 0)).toBe(1023)
    expect(await pulledAtOnce(1, 2)).toBe(3)
  })
})
