import { VERSIONS, type Protocol } from '../protocol.js'

/** A message as it is on the wire, with whatever fields. */
export type PlainMessage = Readonly<Record<string, unknown>>

/**
 * How the messages of a version differ from those of the version before. Both are pure, throw nothing, and leave alone
 * what they don't know; `up` is given what nobody has checked.
 */
export interface VersionStep {
  /** A message as the version before has it; undefined where that has nothing of the kind. */
  down(message: PlainMessage): PlainMessage | undefined
  /** A message of the version before as this one has it. */
  up(message: PlainMessage): PlainMessage
}

/** By version, how it differs from the one before. The next version adds a row, and one goes when it is the oldest. */
const STEPS: ReadonlyMap<number, VersionStep> = new Map<number, VersionStep>()

const isPlain = (message: unknown): message is PlainMessage =>
  typeof message === 'object' && message !== null && !Array.isArray(message) && !ArrayBuffer.isView(message)

/** Puts messages into older versions and back, one step after another. */
export function translation(
  steps: ReadonlyMap<number, VersionStep>,
  newest: number,
): Pick<Protocol, 'toVersion' | 'fromVersion'> {
  return {
    toVersion: (message, version) => {
      // an object with string keys, by its type
      let said: PlainMessage | undefined = message as PlainMessage
      for (let at = newest; at > version && said !== undefined; at--) {
        const step = steps.get(at)
        if (step !== undefined) said = step.down(said)
      }
      return said
    },
    fromVersion: (message, version) => {
      if (!isPlain(message)) return message
      let heard = message
      for (let at = version + 1; at <= newest; at++) heard = steps.get(at)?.up(heard) ?? heard
      return heard
    },
  }
}

/** What members of this software are opened with. */
export const PROTOCOL: Protocol = { ...VERSIONS, ...translation(STEPS, VERSIONS.newest) }
