import { createSecretKey, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { defer, from, of, pipe, Subject, throwError } from 'rxjs'
import { KayakError } from 'kayak'
import { decrypt, encrypt, type NamedKey } from 'kayak/plugins/snapshot-encrypt'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import { chunk, fromRows, toRows } from 'kayak/streams'
import { seededRandom } from '../../../lib/testing/seeded-random'
import { cutAnyhow } from '../../streams/operators/cutting'
import { see } from '../../streams/operators/seen'
import { states } from '../../streams/operators/states'
import { bytesOf, failing, someBytes, through } from './bytes'

const KiB = 1024
const PIECE = 64 * KiB + 16
const key: NamedKey = { id: 'july', key: randomBytes(32) }
const other: NamedKey = { id: 'june', key: randomBytes(32) }
const lookup = (id: string) => new Map([key, other].map(one => [one.id, one.key])).get(id)
const unreadable = { code: 'KAYAK_UNREADABLE' }
const cuts = fc.infiniteStream(fc.integer({ min: 0, max: 90_000 }))
/** Of the header of a stream of these keys. */
const HEADER = 4 + 1 + 4 + 32

const sealed = (bytes: Uint8Array, by = key): Promise<Buffer> => through([bytes], encrypt(by))

describe('encrypt and decrypt', () => {
  it('give back any bytes, wherever they are cut', async () => {
    const lengths = fc.oneof(
      fc.nat({ max: 300 }),
      fc.constantFrom(64 * KiB - 1, 64 * KiB, 64 * KiB + 1, 128 * KiB, 200_000),
    )
    await fc.assert(
      fc.asyncProperty(lengths, cuts, async (length, sizes) => {
        const bytes = someBytes(length)
        const secret = await through(cutAnyhow(bytes, sizes), encrypt(key))
        const pieces = Math.max(1, Math.ceil(length / (64 * KiB)))
        expect(secret).toHaveLength(HEADER + length + 16 * pieces)
        expect((await through(cutAnyhow(secret, sizes), decrypt(lookup))).equals(bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('are a pair in a pipeline', async () => {
    await fc.assert(
      fc.asyncProperty(states, async state => {
        const back: unknown[] = []
        const write = pipe(toRows(), gzip(), encrypt(key), chunk(1000))
        await of(state)
          .pipe(write, pipe(decrypt(lookup), gunzip(), fromRows()))
          .forEach(value => back.push(value))
        expect(back).toStrictEqual([state])
      }),
      { numRuns: 40 },
    )
  })

  it('name the key, so that it may be changed, and give it for each stream anew', async () => {
    let now = other
    const rotating = encrypt(() => now)
    const before = await through([Buffer.from('before')], rotating)
    now = key
    const after = await through([Buffer.from('after')], rotating)
    expect(before.subarray(0, 9).toString('latin1')).toBe('KYE\x01\x04june')
    expect(after.subarray(0, 9).toString('latin1')).toBe('KYE\x01\x04july')
    expect((await through([before], decrypt(lookup))).toString()).toBe('before')
    expect((await through([after], decrypt(lookup))).toString()).toBe('after')
    expect(
      await failing(
        [before],
        decrypt(id => (id === 'july' ? key.key : undefined)),
      ),
    ).toMatchObject({
      ...unreadable,
      message: expect.stringContaining('"june"') as unknown,
    })
  })

  it('wait for keys that come later, as promises and as observables', async () => {
    const secret = await through(
      [someBytes(100)],
      encrypt(() => Promise.resolve(key)),
    )
    const cutSmall = cutAnyhow(secret, new Array<number>(500).fill(3))
    expect(
      await through(
        cutSmall,
        decrypt(id => Promise.resolve(lookup(id))),
      ),
    ).toHaveLength(100)
    expect(
      await through(
        cutSmall,
        decrypt(id => defer(() => of(lookup(id)))),
      ),
    ).toHaveLength(100)
    expect(
      await failing(
        cutSmall,
        decrypt(() => Promise.reject(new Error('no vault'))),
      ),
    ).toEqual(new Error('no vault'))
    expect(
      await failing(
        cutSmall,
        decrypt(() => from<Uint8Array[]>([])),
      ),
    ).toMatchObject({ code: 'KAYAK_INVALID' })
    const vault = new Subject<Uint8Array>()
    const waiting = see(of(secret).pipe(decrypt(() => vault)))
    expect(vault.observed).toBe(true)
    waiting.stop()
    expect(vault.observed).toBe(false)
  })

  it('take a KeyObject, and refuse what is no key', async () => {
    const secret = await through([Buffer.from('x')], encrypt({ id: 'july', key: createSecretKey(key.key as Buffer) }))
    expect((await through([secret], decrypt(lookup))).toString()).toBe('x')
    for (const length of [0, 16, 31, 33]) {
      expect(() => encrypt({ id: 'short', key: new Uint8Array(length) })).toThrow(KayakError)
      expect(
        await failing(
          [secret],
          decrypt(() => new Uint8Array(length)),
        ),
      ).toMatchObject({ code: 'KAYAK_INVALID' })
    }
    for (const id of ['', 'x'.repeat(256)]) expect(() => encrypt({ ...key, id })).toThrow(KayakError)
    expect(
      await failing(
        [secret],
        encrypt(() => ({ ...key, id: '' })),
      ),
    ).toMatchObject({ code: 'KAYAK_INVALID' })
    const longest = { ...key, id: 'é'.repeat(127) + 'x' }
    const named = await sealed(Buffer.from('x'), longest)
    expect(
      (
        await through(
          [named],
          decrypt(id => (id === longest.id ? key.key : undefined)),
        )
      ).toString(),
    ).toBe('x')
  })

  it('never encrypt the same twice alike, nor with the same key', async () => {
    const bytes = someBytes(200_000)
    const [one, two] = [await sealed(bytes), await sealed(bytes)]
    expect(one.subarray(0, 9)).toEqual(two.subarray(0, 9))
    for (const at of [9, HEADER, HEADER + PIECE, HEADER + 2 * PIECE])
      expect(one.subarray(at, at + 32)).not.toEqual(two.subarray(at, at + 32))
    const pieces = [0, 1, 2].map(at => one.subarray(HEADER + at * PIECE, HEADER + (at + 1) * PIECE))
    expect(new Set(pieces.map(piece => piece.subarray(0, 64).toString('hex'))).size).toBe(3)
    const seeded = () => through([bytes], encrypt(key, { random: seededRandom(7) }))
    expect(await seeded()).toEqual(await seeded())
  })

  it('see every byte that is changed', async () => {
    const secret = await sealed(someBytes(200))
    for (let at = 0; at < secret.length; at++) {
      const damaged = Buffer.from(secret)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
      expect(
        await failing(
          [damaged],
          decrypt(() => key.key),
        ),
      ).toMatchObject(unreadable)
    }
  })

  it('see what is cut short anywhere, also between two pieces, and what is more', async () => {
    for (const length of [200_000, 128 * KiB]) {
      const secret = await sealed(someBytes(length))
      const boundaries = [0, 1, 2, 3].map(count => HEADER + count * PIECE)
      const ends = [0, 4, 5, 20, HEADER - 1, ...boundaries.flatMap(end => [end, end - 1, end + 1]), secret.length - 1]
      for (const end of ends.filter(at => at < secret.length))
        expect(await failing([secret.subarray(0, end)], decrypt(lookup))).toMatchObject(unreadable)
      expect(await failing([secret, Buffer.from('x')], decrypt(lookup))).toMatchObject(unreadable)
      expect(await failing([secret, secret], decrypt(lookup))).toMatchObject(unreadable)
    }
    expect(await failing([], decrypt(lookup))).toMatchObject(unreadable)
  })

  it('see pieces that are moved, doubled, left out, or of another stream', async () => {
    const bytes = someBytes(3 * 64 * KiB + 100)
    const [one, two] = [await sealed(bytes), await sealed(bytes)]
    const piece = (of: Buffer, at: number): Buffer => of.subarray(HEADER + at * PIECE, HEADER + (at + 1) * PIECE)
    const header = one.subarray(0, HEADER)
    const put = (...pieces: Buffer[]) => failing([header, ...pieces], decrypt(lookup))
    const [a, b, c, d] = [piece(one, 0), piece(one, 1), piece(one, 2), piece(one, 3)]
    expect(await put(a, b, c, d)).toBeUndefined()
    for (const pieces of [
      [b, a, c, d],
      [a, a, b, c, d],
      [a, c, d],
      [a, b, d],
      [b, c, d],
      [a, b, c, d, d],
      [a, piece(two, 1), c, d],
      [d],
    ])
      expect(await put(...pieces)).toMatchObject(unreadable)
    expect(await failing([two.subarray(0, HEADER), a, b, c, d], decrypt(lookup))).toMatchObject(unreadable)
  })

  it('give out nothing that is not authenticated', async () => {
    const secret = await sealed(someBytes(3 * 64 * KiB))
    secret[HEADER + PIECE + 5] = (secret[HEADER + PIECE + 5] ?? 0) ^ 1
    const seen = see(of(secret).pipe(decrypt(lookup)))
    expect(seen).toMatchObject({ end: 'error', error: unreadable })
    expect(Buffer.concat(seen.values)).toEqual(Buffer.from(someBytes(64 * KiB)))
  })

  it('make of garbage an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (garbage, hasHeader) => {
        const header = Buffer.from('KYE\x01\x04july', 'latin1')
        const error = await failing(
          [...(hasHeader ? [header] : []), garbage],
          decrypt(() => key.key),
        )
        expect(error).toMatchObject(unreadable)
      }),
      { numRuns: 300 },
    )
    const nameless = Buffer.from('KYE\x01\x02\xff\xfe' + ' '.repeat(60), 'latin1')
    expect(
      await failing(
        [nameless],
        decrypt(() => key.key),
      ),
    ).toMatchObject(unreadable)
  })

  it('leave errors of their source as they are, and keep what they are given', async () => {
    const fault = new Error('fault')
    for (const stage of [encrypt(key), decrypt(lookup)])
      expect(await bytesOf(throwError(() => fault).pipe(stage)).catch((error: unknown) => error)).toBe(fault)
    const buffer = Buffer.from('mine')
    const source = new Subject<Uint8Array>()
    const secret = bytesOf(source.pipe(encrypt(key)))
    source.next(buffer)
    buffer.fill('x')
    source.complete()
    expect((await through([await secret], decrypt(lookup))).toString()).toBe('mine')
  })
})
