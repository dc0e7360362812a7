import { buf } from 'crc-32'
import fc from 'fast-check'
import { crc32 } from '../../streams/contracts/checksum'

describe('the checksum', () => {
  it('is CRC-32, of little and of much, and goes on from that of the bytes before', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
    const sizes = fc.integer({ min: 0, max: 3000 })
    const model = (size: number, cut: number, seed: number): void => {
      const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * (at >> 3)) & 255)
      const whole = crc32(bytes)
      expect(whole).toBe(buf(bytes) >>> 0)
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(whole)
    }
    fc.assert(fc.property(sizes, sizes, fc.nat({ max: 255 }), model))
  })
})
