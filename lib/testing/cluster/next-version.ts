import { translation, type PlainMessage, type VersionStep } from '../../../streams/contracts/messages/versions.js'
import { VERSIONS, type Protocol, type Versions } from '../../../streams/contracts/protocol.js'

const { oldest, newest: before } = VERSIONS
const next = before + 1

/** A field of one message is called otherwise in the version before. */
const STEP: VersionStep = {
  down: message => {
    const { verified, ...rest } = message
    return message['type'] === 'append-reply' ? { ...rest, reached: verified } : message
  },
  up: message => {
    const { reached, ...rest } = message
    return message['type'] === 'append-reply' && 'reached' in message ? { ...rest, verified: reached } : message
  },
}

/** What members of a pretended next version speak: this software's messages are taken for those of that version. */
export const NEXT: Protocol = { oldest: before, newest: next, ...translation(new Map([[next, STEP]]), next) }

/** What members of the version before it speak: on the wire all of theirs is of that, and what is of a later one is none. */
export const BEFORE: Protocol = {
  oldest,
  newest: before,
  toVersion: message => NEXT.toVersion(message, before),
  fromVersion: (message, version) =>
    // a message is an object with string keys
    version === before ? NEXT.fromVersion(message, before) : STEP.down(message as PlainMessage),
}

/** Has this software read what is of the next version, as lowered limits of the whole process; returns what ends that. */
export function pretendNext(): () => void {
  // readonly for everyone else
  const versions = VERSIONS as { -readonly [Name in keyof Versions]: number }
  versions.newest = next
  return () => void (versions.newest = before)
}
