import { Frames } from '../../plugins/transport-socketio/frames'
import { encodeMessage } from '../../plugins/transport-socketio/parser'

const message = (fill: number, size = 1000) => ({ data: new Uint8Array(size).fill(fill) })

describe('frames of messages', () => {
  test('are what a message is encoded to', () => {
    const frames = new Frames()
    for (const size of [1000, 10, 100_000, 600_000, 0])
      expect(Buffer.compare(frames.make(message(7, size)), encodeMessage(message(7, size)))).toBe(0)
  })

  test('take the same memory one after another', () => {
    const frames = new Frames()
    const first = frames.make(message(1))
    expect(frames.make(message(2)).buffer).toBe(first.buffer)
  })

  test('have memory of their own once they are kept', () => {
    const frames = new Frames()
    const first = frames.make(message(1))
    frames.keep()
    frames.make(message(2))
    expect(Buffer.compare(first, encodeMessage(message(1)))).toBe(0)
  })

  test('that are large leave nothing behind', () => {
    const frames = new Frames()
    const small = frames.make(message(1))
    const large = frames.make(message(2, 600_000))
    expect(large.buffer).not.toBe(small.buffer)
    expect(frames.make(message(3)).buffer).toBe(small.buffer)
  })
})
