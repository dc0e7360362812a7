import { parserOf, tagOf } from './client/parser.js'
import { decodeFrame, encodeFrame, type TakeMemory } from './wire.js'

export { EVENTS, type EventName, type Events } from './client/parser.js'

/** The frame of a message, in memory of its own unless some is given. */
export const encodeMessage = (message: object, take?: TakeMemory): Uint8Array =>
  encodeFrame(tagOf('message'), message, take)

/** The message in a frame that {@link encodeMessage} has made. */
export function decodeMessage(frame: Uint8Array): object {
  const { value } = decodeFrame(frame)
  if (typeof value !== 'object' || value === null) throw new Error('a frame without a message')
  return value
}

/** For the `parser` option of socket.io's server and client. */
export const parser = parserOf({ encodeFrame, decodeFrame })
