import { seededRandom } from '../../lib/testing/seeded-random'
import { Handshake, type Self, type Step } from '../../plugins/transport-socketio/handshake'
import { parser, encodeMessage, type EventName } from '../../plugins/transport-socketio/parser'
import { encodeSteps } from '../../streams/contracts/change-codec'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import { MESSAGE_TYPES } from '../../streams/contracts/messages'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { APPLIED, CHANGES, CLUSTER, ENTRIES, MESSAGES, ROSTERS, sessions } from './values'

/** Something as it is, and as bytes. */
export interface Golden<T = unknown> {
  readonly value: T
  readonly bytes: Uint8Array
}

export type Goldens<T = unknown> = Readonly<Record<string, Golden<T>>>

const goldens = <T>(values: Readonly<Record<string, T>>, encode: (value: T) => Uint8Array): Goldens<T> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, bytes: encode(value) }]))

/** By type, messages as plain objects and as their frames. */
export const messages = (): Readonly<Record<string, readonly Golden<object>[]>> =>
  Object.fromEntries(
    MESSAGE_TYPES.map(type => [
      type,
      MESSAGES[type].map(fields => {
        const value = { group: 0, type, ...fields }
        return { value, bytes: encodeMessage(value) }
      }),
    ]),
  )

/** What all members have, or may come to have. */
export const replicated = () => ({
  entries: goldens(ENTRIES, encodeEntries),
  rosters: goldens(ROSTERS, encodeRoster),
  changes: goldens(CHANGES, encodeSteps),
  sessions: { value: APPLIED, bytes: sessions().encode() },
})

export interface Said {
  readonly from: 'dialler' | 'acceptor'
  readonly event: EventName
  readonly value: object
  readonly bytes: Uint8Array
}

const self = (name: string, secret: string | undefined): Self => ({
  ...{ id: name.repeat(32), address: `127.0.0.1:${name.charCodeAt(0)}`, secret, protocol: PROTOCOL },
  ...{ clusterId: name === 'a' ? undefined : CLUSTER, random: seededRandom(name.charCodeAt(0)) },
})

export const sides = (secret: string | undefined) => ({
  dialler: new Handshake(self('a', secret), 'dialler'),
  acceptor: new Handshake(self('b', secret), 'acceptor'),
})

export const frameOf = (event: EventName, payload: object): Uint8Array =>
  new parser.Encoder().encode({ type: 2, data: [event, payload] })[0] ?? new Uint8Array(0)

/** All that two members say to each other until they know each other. */
function handshake(secret: string | undefined): readonly Said[] {
  const two = sides(secret)
  const said: Said[] = []
  let from: Said['from'] = 'dialler'
  let step: Step = two.dialler.opening
  for (;;) {
    const say = step.type === 'say' ? step : step.type === 'done' ? step.say : undefined
    if (say === undefined) return said
    said.push({ from, event: say.event, value: say.payload, bytes: frameOf(say.event, say.payload) })
    from = from === 'dialler' ? 'acceptor' : 'dialler'
    step = two[from].receive(say.event, say.payload)
  }
}

export const SECRETS = { 'with a secret': 'long and random', 'without one': undefined } as const

export const handshakes = () => ({
  'with a secret': handshake(SECRETS['with a secret']),
  'without one': handshake(SECRETS['without one']),
})
