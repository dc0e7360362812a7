import { Pieces } from '../../lib/host/pieces'
import { HostCodec } from '../../lib/host/coding'

/** Tries to take the memory away from this thread. */
function transfer(buffer: ArrayBufferLike): void {
  try {
    structuredClone(0, { transfer: [buffer as ArrayBuffer] })
  } catch {
    // some versions of Node.js refuse it, others do nothing
  }
}

describe('pieces of memory', () => {
  it('share blocks, and no byte', () => {
    const pieces = new Pieces(1024)
    const taken = Array.from({ length: 40 }, (_, at) => pieces.take(1 + (at % 60)).fill(at))
    for (const [at, piece] of taken.entries()) expect([...piece]).toEqual(new Array<number>(1 + (at % 60)).fill(at))
    expect(new Set(taken.map(({ buffer }) => buffer)).size).toBeLessThan(taken.length / 4)
  })

  it('begin where any typed array may begin, and are zero', () => {
    const pieces = new Pieces(1024)
    for (const bytes of [1, 3, 8, 13, 200, 0]) {
      const piece = pieces.take(bytes)
      expect([piece.byteOffset % 8, piece.byteLength, piece.every(byte => byte === 0)]).toEqual([0, bytes, true])
    }
  })

  it('have memory of their own if they are large', () => {
    const pieces = new Pieces(1024)
    expect(pieces.take(257).buffer.byteLength).toBe(257)
    expect(pieces.take(256).buffer.byteLength).toBe(1024)
  })

  it('are copies that are apart from what they were made of, a Buffer too', () => {
    const pieces = new Pieces(1024)
    const original = Buffer.from('abc')
    const copies = [0, 1, 2, 3].map(skipped => pieces.copyFrom(original, skipped))
    original.fill(0)
    expect(copies.map(copy => [...copy])).toEqual([[97, 98, 99], [98, 99], [99], []])
    for (const { byteOffset } of copies) expect(byteOffset % 8).toBe(0)
  })

  it('are large copies too, which have memory of their own', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at)
    const copy = new Pieces(1024).copyFrom(bytes, 1)
    expect(copy).toEqual(bytes.subarray(1))
    expect(copy.buffer.byteLength).toBe(299)
  })

  it('can not be transferred to another thread, which would take the others away', () => {
    const pieces = new Pieces(1024)
    const piece = pieces.copyFrom(Uint8Array.of(1, 2, 3), 0)
    transfer(piece.buffer)
    expect([...piece]).toEqual([1, 2, 3])
    expect([...pieces.copyFrom(Uint8Array.of(4), 0)]).toEqual([4])
  })

  it('of nothing can be, and others are not harmed', () => {
    const pieces = new Pieces(1024)
    transfer(pieces.take(0).buffer)
    expect(pieces.take(0)).toEqual(new Uint8Array(0))
    const piece = pieces.take(3)
    transfer(pieces.take(0).buffer)
    expect([...piece]).toEqual([0, 0, 0])
  })
})

describe('payloads of hosts without a codec', () => {
  it('share no memory with those of another host', () => {
    const [one, other] = [new HostCodec(), new HostCodec()]
    const bytes = Uint8Array.of(1, 2, 3)
    expect(one.encode(bytes).buffer).toBe(one.encode(bytes).buffer)
    expect(one.encode(bytes).buffer).not.toBe(other.encode(bytes).buffer)
  })

  it('share no memory with what the log holds', () => {
    const codec = new HostCodec()
    const encoded = codec.encode(Uint8Array.of(1, 2, 3))
    const decoded = codec.decode(encoded) as Uint8Array
    expect(decoded).toEqual(Uint8Array.of(1, 2, 3))
    expect(decoded.buffer).not.toBe(encoded.buffer)
  })
})
