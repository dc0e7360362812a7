import { Frames } from '../../plugins/transport-socketio/frames'
import { encodeMessage } from '../../plugins/transport-socketio/parser'
import type { Drop } from '../../streams/contracts/transport'

const message = (fill: number, size = 1000) => ({ data: new Uint8Array(size).fill(fill) })

/** A connection that has room, unless it is told that nothing is read any more. */
class Receiver {
  readonly sent: Uint8Array[] = []
  isStuck = false
  private waits = false

  isDrained(): boolean {
    return !this.waits
  }

  send(frame: Uint8Array): Drop | undefined {
    this.waits ||= this.isStuck
    this.sent.push(frame)
    return undefined
  }

  get last(): Uint8Array {
    return this.sent.at(-1) ?? new Uint8Array()
  }
}

const isOf = (frame: Uint8Array, ...of: Parameters<typeof message>): boolean =>
  Buffer.compare(frame, encodeMessage(message(...of))) === 0

describe('frames of messages', () => {
  test('are what a message is encoded to', () => {
    const [frames, receiver] = [new Frames(), new Receiver()]
    for (const size of [1000, 10, 100_000, 600_000, 0]) {
      frames.send(receiver, message(7, size))
      expect(isOf(receiver.last, 7, size)).toBe(true)
    }
  })

  test('take the same memory one after another, whoever they go to', () => {
    const [frames, one, other] = [new Frames(), new Receiver(), new Receiver()]
    frames.send(one, message(1))
    frames.send(other, message(2))
    expect(other.last.buffer).toBe(one.last.buffer)
  })

  test('have memory of their own where they wait, as much as they have bytes', () => {
    const [frames, stuck, other] = [new Frames(), new Receiver(), new Receiver()]
    frames.send(other, message(0, 200_000))
    stuck.isStuck = true
    for (let at = 1; at <= 5; at++) {
      frames.send(stuck, message(at, 9000))
      frames.send(other, message(at + 100, 200_000))
    }
    expect(stuck.sent.map((frame, at) => isOf(frame, at + 1, 9000))).toEqual([true, true, true, true, true])
    // the first didn't wait when it was made
    for (const frame of stuck.sent.slice(1)) expect(frame.buffer.byteLength).toBe(frame.byteLength)
    expect(new Set(other.sent.slice(1).map(({ buffer }) => buffer)).size).toBe(1)
  })

  test('that are large leave nothing behind', () => {
    const [frames, receiver] = [new Frames(), new Receiver()]
    for (const size of [1000, 600_000, 1000]) frames.send(receiver, message(1, size))
    const [small, large, next] = receiver.sent
    expect(large?.buffer).not.toBe(small?.buffer)
    expect(next?.buffer).toBe(small?.buffer)
  })
})
