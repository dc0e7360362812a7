import type { Frame } from './packing.js'

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

/** How frames are made and taken apart: by Node's buffers, or without. */
export interface Framing {
  readonly encodeFrame: (tag: number, value: unknown) => Uint8Array
  readonly decodeFrame: (frame: Uint8Array) => Frame
}

export interface Packet {
  readonly type: number
  readonly nsp: '/'
  readonly data?: unknown
}

export const tagOf = (event: EventName): number => FIRST_EVENT_TAG + EVENTS.indexOf(event)

const isEventName = (name: unknown): name is EventName => EVENTS.some(event => event === name)

/** The only thing that a connect packet may hold is the session's id. */
function connectPacket(value: unknown): Packet {
  if (value === undefined) return { type: CONNECT, nsp: '/' }
  const sid: unknown = typeof value === 'object' && value !== null && 'sid' in value ? value.sid : undefined
  if (typeof sid !== 'string') throw new Error('a connect packet without an id')
  return { type: CONNECT, nsp: '/', data: { sid } }
}

function packetOf(chunk: unknown, { decodeFrame }: Framing): Packet {
  const bytes = chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk
  if (!(bytes instanceof Uint8Array)) throw new Error('text instead of a frame')
  const { tag, value } = decodeFrame(bytes)
  if (tag === CONNECT) return connectPacket(value)
  if (tag === DISCONNECT) return { type: DISCONNECT, nsp: '/' }
  const event = EVENTS[tag - FIRST_EVENT_TAG]
  if (event === undefined) throw new Error(`a frame with the unknown tag ${tag}`)
  return { type: EVENT, nsp: '/', data: [event, value] }
}

function framesOf(packet: { readonly type: number; readonly data?: unknown }, { encodeFrame }: Framing): Uint8Array[] {
  if (packet.type !== EVENT) return [encodeFrame(packet.type, packet.data)]
  const data: readonly unknown[] = Array.isArray(packet.data) ? packet.data : []
  const [event, payload] = data
  if (!isEventName(event)) throw new Error(`no such event: ${String(event)}`)
  return [payload instanceof Uint8Array ? payload : encodeFrame(tagOf(event), payload)]
}

type Listener = (packet: Packet) => void

/** What socket.io wants of an emitter: it has one event. */
class Listeners {
  readonly #listeners = new Set<Listener>()

  on(_event: 'decoded', listener: Listener): void {
    this.#listeners.add(listener)
  }

  off(_event: 'decoded', listener: Listener): void {
    this.#listeners.delete(listener)
  }

  /** As the server calls it. */
  removeListener(event: 'decoded', listener: Listener): void {
    this.off(event, listener)
  }

  protected emit(packet: Packet): void {
    for (const listener of [...this.#listeners]) listener(packet)
  }
}

/** What socket.io takes as its `parser`. */
export interface Parser {
  readonly Encoder: new () => { encode(packet: { readonly type: number; readonly data?: unknown }): Uint8Array[] }
  readonly Decoder: new () => {
    on(event: 'decoded', listener: (packet: Packet) => void): void
    off(event: 'decoded', listener: (packet: Packet) => void): void
    add(chunk: unknown): void
    destroy(): void
  }
}

/** For the `parser` option of socket.io's server and client. */
export function parserOf(framing: Framing): Parser {
  class Encoder {
    encode(packet: { readonly type: number; readonly data?: unknown }): Uint8Array[] {
      return framesOf(packet, framing)
    }
  }
  class Decoder extends Listeners {
    add(chunk: unknown): void {
      this.emit(packetOf(chunk, framing))
    }

    /** Nothing is kept between frames. */
    destroy(): void {}
  }
  return { Encoder, Decoder }
}
