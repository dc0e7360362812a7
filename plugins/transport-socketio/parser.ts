import { parserOf, tagOf } from './client/parser.js'
import { decodeFrame, encodeFrame } from './wire.js'

export { EVENTS, type EventName, type Events } from './client/parser.js'

/** The frame of a message, ready to be sent to several peers. */
export const encodeMessage = (message: object): Uint8Array => encodeFrame(tagOf('message'), message)

/** The message in a frame that {@link encodeMessage} has made. */
export function decodeMessage(frame: Uint8Array): object {
  const { value } = decodeFrame(frame)
  if (typeof value !== 'object' || value === null) throw new Error('a frame without a message')
  return value
}

/** For the `parser` option of socket.io's server and client. */
export const parser = parserOf({ encodeFrame, decodeFrame })
