import { HANGS_MS, runBundled } from '../run-bundled'
import { BYTES } from './callers'

const MEMBERS = 3

/** Bytes that an append allocates at a member, in objects and in what buffers hold. */
async function allocated(appends: number, inFlight: number) {
  const said = await runBundled('test/counted/allocations.ts', appends, inFlight)
  const { objects, buffers } = JSON.parse(said) as { objects: number; buffers: number } // what allocations.ts prints
  return { objects: objects / appends / MEMBERS, buffers: buffers / appends / MEMBERS }
}

describe('an append of 1 KiB allocates at a member', () => {
  it(
    'at most 70 KiB of objects, with turns of its own for each of its steps',
    async () => {
      const { objects, buffers } = await allocated(100, 1)
      expect(objects).toBeLessThan(70 * 1024)
      // copies for consumers, in blocks that are shared: what is read and sent is what was taken in
      expect(buffers).toBeLessThan(1.5 * BYTES)
    },
    HANGS_MS,
  )

  it(
    'at most 3 KiB of objects where 256 are in flight',
    async () => {
      const { objects, buffers } = await allocated(1000, 256)
      expect(objects).toBeLessThan(3 * 1024)
      expect(buffers).toBeLessThan(2 * BYTES)
    },
    HANGS_MS,
  )
})
