import { EventEmitter } from 'node:events'
import { decodeFrame, encodeFrame } from './wire.js'

/*
 * What socket.io puts messages into and takes them from. It knows one namespace and a fixed list of events, so that
 * nothing that a stranger sends can name another one; whatever else arrives is an error, which closes the connection.
 */
const CONNECT = 0
const DISCONNECT = 1
const EVENT = 2

/** The events, in the order of their tags. */
export const EVENTS = ['hello', 'challenge', 'proof', 'welcome', 'refused', 'message'] as const
const FIRST_EVENT_TAG = 16

export type EventName = (typeof EVENTS)[number]

/** Each event carries one value, checked by whoever takes it. */
export type Events = Record<EventName, (payload: unknown) => void>

interface Packet {
  readonly type: number
  readonly nsp: '/'
  readonly data?: unknown
}

const tagOf = (event: EventName): number => FIRST_EVENT_TAG + EVENTS.indexOf(event)

/** The frame of a message, ready to be sent to several peers. */
export const encodeMessage = (message: object): Uint8Array => encodeFrame(tagOf('message'), message)

/** The message in a frame that {@link encodeMessage} has made. */
export function decodeMessage(frame: Uint8Array): object {
  const { value } = decodeFrame(frame)
  if (typeof value !== 'object' || value === null) throw new Error('a frame without a message')
  return value
}

const isEventName = (name: unknown): name is EventName => EVENTS.some(event => event === name)

class Encoder {
  encode(packet: { readonly type: number; readonly data?: unknown }): Uint8Array[] {
    if (packet.type !== EVENT) return [encodeFrame(packet.type, packet.data)]
    const data: readonly unknown[] = Array.isArray(packet.data) ? packet.data : []
    const [event, payload] = data
    if (!isEventName(event)) throw new Error(`no such event: ${String(event)}`)
    return [payload instanceof Uint8Array ? payload : encodeFrame(tagOf(event), payload)]
  }
}

/** The only thing that a connect packet may hold is the session's id. */
function connectPacket(value: unknown): Packet {
  if (value === undefined) return { type: CONNECT, nsp: '/' }
  const sid: unknown = typeof value === 'object' && value !== null && 'sid' in value ? value.sid : undefined
  if (typeof sid !== 'string') throw new Error('a connect packet without an id')
  return { type: CONNECT, nsp: '/', data: { sid } }
}

function decodePacket(chunk: unknown): Packet {
  const bytes = chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk
  if (!(bytes instanceof Uint8Array)) throw new Error('text instead of a frame')
  const { tag, value } = decodeFrame(bytes)
  if (tag === CONNECT) return connectPacket(value)
  if (tag === DISCONNECT) return { type: DISCONNECT, nsp: '/' }
  const event = EVENTS[tag - FIRST_EVENT_TAG]
  if (event === undefined) throw new Error(`a frame with the unknown tag ${tag}`)
  return { type: EVENT, nsp: '/', data: [event, value] }
}

class Decoder extends EventEmitter {
  add(chunk: unknown): void {
    this.emit('decoded', decodePacket(chunk))
  }

  /** Nothing is kept between frames. */
  destroy(): void {}
}

/** For the `parser` option of socket.io's server and client. */
export const parser = { Encoder, Decoder }
