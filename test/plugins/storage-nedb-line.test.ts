import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { sealLine, unsealLine } from '../../plugins/storage-nedb/line.js'

describe('a line of a NeDB file', () => {
  it('is all of it ASCII, one line by any rule, and says what it was made of', () => {
    const texts = ['', 'plain', 'ß', '\u0085', '\u2028\u2029', '\ud800', '\x7f', '\0', 'a\nb', '😀']
    for (const value of texts) {
      const json = JSON.stringify({ value })
      const line = sealLine(json, 7)
      expect(line).toMatch(/^[\x20-\x7e]*$/)
      expect(JSON.parse(unsealLine(line, 7) ?? '')).toEqual({ value })
      expect(unsealLine(line, 8)).toBeUndefined()
    }
  })

  it('has the checksum of all that follows it', () => {
    const model = (value: unknown, number: number): void => {
      const line = sealLine(JSON.stringify(value), number)
      expect(line.slice(0, 8)).toBe(crc32(line.slice(9)).toString(16).padStart(8, '0'))
    }
    fc.assert(fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 1e6 }), model))
  })
})
