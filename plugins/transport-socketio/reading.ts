import { connect, type Socket } from 'node:net'
import type { HostPort } from './address.js'
import { BOUNDS } from './settings.js'

/** More than most messages have: one that comes in two parts is put together by socket.io, in memory of its own. */
const READ_BYTES = 256 * 1024

/**
 * Connects to an address. What arrives is read into memory that is used again, and handed on as a copy of just its size: Node
 * reads 64 KiB at most at a time, into new memory for each. There is little of it until more has come than a stranger may send.
 */
export function connectTo(to: HostPort): Socket {
  let memory = Buffer.allocUnsafeSlow(BOUNDS.strangerBytes)
  let received = 0
  const onread = {
    buffer: () => memory,
    callback: (count: number, buffer: Uint8Array): boolean => {
      received += count
      if (received > BOUNDS.strangerBytes && memory.byteLength < READ_BYTES) memory = Buffer.allocUnsafeSlow(READ_BYTES)
      return tcp.push(Buffer.from(buffer.subarray(0, count)))
    },
  }
  const tcp = connect({ ...to, noDelay: true, onread })
  return tcp
}
