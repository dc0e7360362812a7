import { randomBytes } from 'node:crypto'
import { decodeFrame, encodeFrame } from '../../plugins/transport-socketio/wire'
import { settle } from '../plugins/socketio/settle'
import { Stranger } from '../plugins/socketio/stranger'

export const CLIENT_PATH = '/kayak-client/?EIO=4&transport=websocket'

const TAGS = { connect: 0, hello: 16, challenge: 17, proof: 18, welcome: 19, refused: 20, message: 21 } as const

interface Told {
  readonly type: string
  readonly id?: number
  readonly code?: string
  readonly [field: string]: unknown
}

/** A client that says what it likes, on a WebSocket of its own, and takes what it likes. */
export class RawClient {
  private constructor(readonly stranger: Stranger) {}

  static async open(address: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const stranger = await Stranger.upgrade(Number(address.split(':')[1]), { path: CLIENT_PATH, headers })
    if (stranger === undefined) throw new Error('It was not let in.')
    const raw = new RawClient(stranger)
    raw.say('connect')
    // what is said before that is answered is no greeting
    await settle(() => raw.isClosed || raw.hears('connect').length > 0)
    return raw
  }

  /** One that was let in, where there is no secret and no token is wanted. */
  static async welcome(address: string): Promise<RawClient> {
    const raw = await RawClient.open(address)
    await raw.greet({ method: 'none' }, { proof: '' })
    await settle(() => raw.hears('welcome').length > 0)
    return raw
  }

  async greet(hello: object, proof: object): Promise<void> {
    this.say('hello', { version: 1, oldest: 1, nonce: randomBytes(32).toString('hex'), ...hello })
    await settle(() => this.isClosed || this.hears('challenge').length > 0)
    this.say('proof', proof)
    await settle(() => this.isClosed || this.hears('welcome').length > 0 || this.hears('refused').length > 0)
  }

  say(event: keyof typeof TAGS, payload?: unknown): void {
    this.stranger.say(encodeFrame(TAGS[event], payload))
  }

  /** A request. */
  ask(message: object): void {
    this.say('message', { group: 0, ...message })
  }

  get isClosed(): boolean {
    return this.stranger.isClosed
  }

  hears(event: keyof typeof TAGS): readonly Told[] {
    return this.stranger
      .heard()
      .map(frame => decodeFrame(frame))
      .filter(({ tag }) => tag === TAGS[event])
      .map(({ value }) => value as Told)
  }

  /** Messages of a type. */
  told(type: string): readonly Told[] {
    return this.hears('message').filter(message => message.type === type)
  }

  close(): void {
    this.stranger.stream.destroy()
  }
}
