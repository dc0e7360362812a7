import { HEADER_BYTES, malformed, pack, valueOf, type Frame } from './packing.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Makes the frame that `wire.ts` makes, without Node's buffers. */
export function encodeFrame(tag: number, value: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  const json = value === undefined ? new Uint8Array() : encoder.encode(JSON.stringify(pack(value, parts)))
  const size = parts.reduce((sum, part) => sum + part.byteLength, HEADER_BYTES + json.byteLength)
  const frame = new Uint8Array(size)
  const header = new DataView(frame.buffer)
  header.setUint8(0, tag)
  header.setUint32(4, json.byteLength)
  frame.set(json, HEADER_BYTES)
  let at = HEADER_BYTES + json.byteLength
  for (const part of parts) {
    frame.set(part, at)
    at += part.byteLength
  }
  return frame
}

/** Takes a frame apart; throws if it is anything that {@link encodeFrame} doesn't make. */
export function decodeFrame(frame: Uint8Array): Frame {
  if (frame.byteLength < HEADER_BYTES) throw malformed('is shorter than its header')
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if ((header.getUint32(0) & 0xff_ffff) !== 0) throw malformed('has a header of another version')
  const text = (from: number, to: number): string => decoder.decode(frame.subarray(from, to))
  return { tag: header.getUint8(0), value: valueOf(frame, HEADER_BYTES + header.getUint32(4), text) }
}
