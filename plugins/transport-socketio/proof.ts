import { createHmac, timingSafeEqual } from 'node:crypto'

/** Which side of a connection proves itself, so that a proof can't be sent back to whom it came from. */
export type Side = 'dialler' | 'acceptor'

/** What only those who have the secret can make of a text. */
export const keyedHash = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')

/**
 * What only those who have the secret can make, for this one connection: a keyed hash over the side and all that both
 * hellos have said, in the order in which they said it. So it binds the versions of both too, and what only a later
 * version knows: nobody in between can make the two talk in an older one. Empty without a secret.
 */
export const prove = (secret: string | undefined, side: Side, dialler: object, acceptor: object): string =>
  secret === undefined ? '' : keyedHash(secret, JSON.stringify(['kayak handshake', side, dialler, acceptor]))

/** Compares in a time that doesn't tell where they differ. */
export function isSameProof(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
