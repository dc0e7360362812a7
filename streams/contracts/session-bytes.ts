/** Bytes of a session's name on the wire and on disk; zeros stand for no session. */
export const SESSION_BYTES = 10

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** A name and its bytes as two numbers, of 32 bits and of 48. */
interface Parts {
  readonly session: string
  readonly high: number
  readonly low: number
}

const NONE: Parts = { session: '', high: 0, low: 0 }

/** Entries of one session follow each other, so the last of each is mostly the next. */
let read = NONE
let written = NONE

const partsOf = (session: string): Parts =>
  session === '' ? NONE : { session, high: parseInt(session.slice(0, 8), 16), low: parseInt(session.slice(8), 16) }

function nameOf(bytes: Uint8Array, at: number): string {
  let session = ''
  for (let i = 0; i < SESSION_BYTES; i++) session += HEX[bytes[at + i] ?? 0] ?? ''
  return session
}

/** @param session - 20 hexadecimal digits, or none. */
export function writeSession(view: DataView, at: number, session: string): void {
  if (session !== written.session) written = partsOf(session)
  view.setUint32(at, written.high)
  view.setUint16(at + 4, Math.floor(written.low / 2 ** 32))
  view.setUint32(at + 6, written.low % 2 ** 32)
}

export function readSession(bytes: Uint8Array, view: DataView, at: number): string {
  const high = view.getUint32(at)
  const low = view.getUint16(at + 4) * 2 ** 32 + view.getUint32(at + 6)
  if (high !== read.high || low !== read.low) read = { session: nameOf(bytes, at), high, low }
  return high === 0 && low === 0 ? '' : read.session
}
