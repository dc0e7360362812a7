import { randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { concat, concatMap, from, NEVER, of, pipe, Subject, take, tap, throwError, timer } from 'rxjs'
import { KayakError } from 'kayak'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import { chunk, fromRows, oneByOne, toRows } from 'kayak/streams'
import { cutAnyhow } from '../../streams/operators/cutting'
import { states } from '../../streams/operators/states'
import { bytesOf, failing, someBytes, through } from './bytes'

const KiB = 1024
const unreadable = { code: 'KAYAK_UNREADABLE' }
const cuts = fc.infiniteStream(fc.integer({ min: 0, max: 5000 }))

/** Waits until something has not changed for a while. */
async function calm(value: () => number): Promise<void> {
  for (let before = -1; before !== value();) {
    before = value()
    for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate)
  }
}

describe('gzip and gunzip', () => {
  it('give back any bytes, wherever they are cut, at every level', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100_000 }),
        cuts,
        fc.integer({ min: 0, max: 9 }),
        async (bytes, sizes, level) => {
          const packed = await through(cutAnyhow(bytes, sizes), gzip({ level }))
          expect(gunzipSync(packed).equals(bytes)).toBe(true)
          expect((await through(cutAnyhow(packed, sizes), gunzip())).equals(bytes)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('read what others write, several files behind each other too', async () => {
    const files = ['ann', '', 'bob'].map(text => gzipSync(text))
    expect((await through(files, gunzip())).toString()).toBe('annbob')
    expect((await through([Buffer.concat(files)], gunzip())).toString()).toBe('annbob')
  })

  it('are a pair around a state and pieces of one size', async () => {
    await fc.assert(
      fc.asyncProperty(states, async state => {
        const back: unknown[] = []
        const pieces$ = of(state).pipe(pipe(toRows(), gzip(), chunk(64 * KiB)), pipe(gunzip(), fromRows()))
        await pieces$.forEach(value => back.push(value))
        expect(back).toStrictEqual([state])
      }),
      { numRuns: 60 },
    )
  })

  it('err with what is cut short, damaged, or no gzip', async () => {
    const packed = gzipSync(someBytes(5000))
    for (const end of [0, 1, 9, 10, 100, packed.length - 8, packed.length - 1])
      expect(await failing([packed.subarray(0, end)], gunzip())).toMatchObject(unreadable)
    expect(await failing([], gunzip())).toMatchObject(unreadable)
    expect(await failing([Buffer.from('{"ann":7}')], gunzip())).toMatchObject(unreadable)
    for (const more of ['garbage', '\0', '\0\0\0\0\0\0', '\x1f']) {
      expect(await failing([packed, Buffer.from(more)], gunzip())).toMatchObject(unreadable)
      expect(await failing([Buffer.concat([packed, Buffer.from(more)])], gunzip())).toMatchObject(unreadable)
    }
    const trailer = Buffer.from(packed)
    trailer[packed.length - 5] = (trailer[packed.length - 5] ?? 0) ^ 1
    expect(await failing([trailer], gunzip())).toMatchObject({ ...unreadable, cause: { code: 'Z_DATA_ERROR' } })
  })

  it('take no bits amiss that mean nothing', async () => {
    const bytes = someBytes(3000)
    const packed = gzipSync(bytes, { level: 0 })
    // the name of a system, and what fills up the byte before the length of a stored block (RFC 1951, 3.2.4)
    for (const at of [9, 10]) {
      const changed = Buffer.from(packed)
      changed[at] = (changed[at] ?? 0) ^ 0x80
      expect((await through([changed], gunzip())).equals(bytes)).toBe(true)
    }
  })

  it('make of garbage an error, or what it was damaged from', async () => {
    const bytes = someBytes(3000)
    const packed = gzipSync(bytes)
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: packed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        cuts,
        async (at, change, sizes) => {
          const damaged = Buffer.from(packed)
          damaged[at] = (damaged[at] ?? 0) ^ change
          const unpacked = await through(cutAnyhow(damaged, sizes), gunzip()).catch((error: unknown) => error)
          // some bits are nobody's: in its header, and what fills up the last byte before its checksum
          if (unpacked instanceof Buffer) expect(unpacked.equals(bytes)).toBe(true)
          else expect(unpacked).toMatchObject(unreadable)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('leave errors of their source as they are, and refuse levels that are none', async () => {
    const fault = new Error('fault')
    expect(await bytesOf(throwError(() => fault).pipe(gzip())).catch((error: unknown) => error)).toBe(fault)
    expect(await bytesOf(throwError(() => fault).pipe(gunzip())).catch((error: unknown) => error)).toBe(fault)
    for (const level of [-1, 10, 1.5, NaN]) expect(() => gzip({ level })).toThrow(KayakError)
  })

  it('make their source wait, so that memory is bounded, also by a bomb', async () => {
    let pulled = 0
    function* zeros(): Generator<Uint8Array> {
      for (;;) {
        pulled++
        yield new Uint8Array(64 * KiB)
      }
    }
    const seen = new Subject<void>()
    const stuck = of(zeros())
      .pipe(
        toRows(),
        gzip(),
        gunzip(),
        oneByOne(() => seen.pipe(take(1))),
      )
      .subscribe()
    await calm(() => pulled)
    const bomb = gzipSync(new Uint8Array(64 * 1024 * KiB))
    let out = 0
    const slow = of(bomb)
      .pipe(
        gunzip(),
        tap(({ byteLength }) => (out += byteLength)),
        oneByOne(() => seen.pipe(take(1))),
      )
      .subscribe()
    await calm(() => out)
    expect(out).toBeLessThan(1024 * KiB)
    const afterwards = pulled
    stuck.unsubscribe()
    slow.unsubscribe()
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(pulled).toBe(afterwards)
  })

  it('stop what they are at when nobody listens any more, at any moment', async () => {
    const bytes = randomBytes(300 * KiB)
    for (let turns = 0; turns < 12; turns++) {
      const running = concat(of(bytes), NEVER).pipe(gzip(), gunzip()).subscribe()
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      running.unsubscribe()
    }
    const later$ = timer(0).pipe(concatMap(() => from([bytes, bytes])))
    expect((await bytesOf(later$.pipe(gzip(), take(1)))).length).toBeGreaterThan(0)
  })
})
