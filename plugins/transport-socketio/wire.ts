import { HEADER_BYTES, malformed, pack, valueOf, type Frame } from './client/packing.js'

/** Gives memory for a frame, of just so many bytes. */
export type TakeMemory = (bytes: number) => Buffer

const allocate: TakeMemory = bytes => Buffer.allocUnsafe(bytes)

/** Makes a frame of a tag, from 0 to 255, and a value. */
export function encodeFrame(tag: number, value: unknown, take: TakeMemory = allocate): Uint8Array {
  const parts: Uint8Array[] = []
  const json = value === undefined ? '' : JSON.stringify(pack(value, parts))
  const jsonBytes = Buffer.byteLength(json)
  const size = parts.reduce((sum, part) => sum + part.byteLength, HEADER_BYTES + jsonBytes)
  const frame = take(size)
  frame.writeUInt32BE(tag * 2 ** 24, 0)
  frame.writeUInt32BE(jsonBytes, 4)
  frame.write(json, HEADER_BYTES, 'utf8')
  let at = HEADER_BYTES + jsonBytes
  for (const part of parts) {
    frame.set(part, at)
    at += part.byteLength
  }
  return frame
}

/** Takes a frame apart; throws if it is anything that {@link encodeFrame} doesn't make. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (frame.byteLength < HEADER_BYTES) throw malformed('is shorter than its header')
  if (frame.readUIntBE(1, 3) !== 0) throw malformed('has a header of another version')
  const text = (from: number, to: number): string => frame.toString('utf8', from, to)
  return { tag: frame.readUInt8(0), value: valueOf(frame, HEADER_BYTES + frame.readUInt32BE(4), text) }
}
