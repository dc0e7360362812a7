import { Observable } from 'rxjs'
import { Manager, type Socket } from 'socket.io-client'
import { MAX_MESSAGE_BYTES } from '../../../streams/contracts/transport.js'
import { decodeFrame, encodeFrame } from './frame.js'
import { EVENTS, parserOf, type EventName, type Events } from './parser.js'
import type { Place } from './place.js'
import { isSound, packetBytes, type EnginePacket } from './sound.js'

/** What happens on a connection that is being made, or has been. */
export type CallEvent =
  | { readonly type: 'open'; readonly emit: (event: EventName, payload: object) => void }
  | { readonly type: 'heard'; readonly event: EventName; readonly payload: unknown }
  | { readonly type: 'ended'; readonly reason: string }

/** What may be heard before the member has proven itself: it waits while a token is got. A member tells of its cluster at once. */
const STRANGER_BYTES = 1024 * 1024

const parser = parserOf({ encodeFrame, decodeFrame })

/** What socket.io's client takes; its types, which are made for browsers and for Node, don't name all of it. */
const managerOptions = (path: string, timeoutMs: number): object => ({
  parser,
  path,
  transports: ['websocket'],
  upgrade: false,
  autoConnect: false,
  reconnection: false,
  timeout: timeoutMs,
  perMessageDeflate: false,
  // on Node; a browser has no such bound
  maxPayload: MAX_MESSAGE_BYTES,
})

interface Terminable {
  terminate(): void
}

const isTerminable = (socket: unknown): socket is Terminable =>
  typeof socket === 'object' && socket !== null && 'terminate' in socket && typeof socket.terminate === 'function'

/**
 * The WebSocket below, which socket.io doesn't hand out. On Node one that is only closed waits for the other side to
 * agree, up to half a minute; a browser's can't be ended otherwise.
 */
function socketBelow({ engine }: Manager): unknown {
  // missing until it is opened, whatever its type says
  const opened = engine as typeof engine | undefined
  return opened === undefined ? undefined : Reflect.get(opened.transport, 'ws')
}

function hangUp(manager: Manager, socket: Socket<Events, Events>): void {
  const below = socketBelow(manager)
  socket.off()
  socket.disconnect()
  if (isTerminable(below)) below.terminate()
}

/**
 * Calls a member: emits what happens, and completes once it is over. Unsubscribing hangs up at once. Until the member is
 * trusted it is heard up to a bound.
 */
export const call$ = ({ origin, path }: Place, timeoutMs: number, isTrusted: () => boolean): Observable<CallEvent> =>
  new Observable(subscriber => {
    const manager = new Manager(origin, managerOptions(path, timeoutMs))
    const socket: Socket<Events, Events> = manager.socket('/')
    const end = (reason: string): void => {
      subscriber.next({ type: 'ended', reason })
      subscriber.complete()
    }
    socket.once('connect', () =>
      subscriber.next({ type: 'open', emit: (event, payload) => void socket.emit(event, payload) }),
    )
    socket.once('disconnect', reason => end(reason))
    socket.once('connect_error', error => end(error.message))
    for (const event of EVENTS) socket.on(event, payload => subscriber.next({ type: 'heard', event, payload }))
    socket.connect()
    let strangerBytes = 0
    manager.engine.on('packet', (packet: EnginePacket) => {
      if (!isTrusted()) strangerBytes += packetBytes(packet)
      const isTooMuch = strangerBytes > STRANGER_BYTES
      if (isSound(packet) && !isTooMuch) return
      // it has no meaning then, for want of another way to keep it from being read
      packet.type = 'noop'
      // an error doesn't wait for what is yet to be answered
      if (isTooMuch) subscriber.error(new Error('it sent too much before proving itself'))
      else end('it speaks something else')
    })
    return () => hangUp(manager, socket)
  })
