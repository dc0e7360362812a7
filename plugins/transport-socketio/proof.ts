import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Greeting } from './hello.js'

/** Which side of a connection proves itself, so that a proof can't be sent back to whom it came from. */
export type Side = 'dialler' | 'acceptor'

/**
 * What only those who have the secret can make, for this one connection: a keyed hash over both nonces, both ids, both
 * addresses, both clusters and the side. Empty without a secret.
 */
export function prove(secret: string | undefined, side: Side, dialler: Greeting, acceptor: Greeting): string {
  if (secret === undefined) return ''
  const said = [dialler, acceptor].flatMap(hello => [
    hello.version,
    hello.memberId,
    hello.clusterId ?? null,
    hello.address,
    hello.nonce,
  ])
  return createHmac('sha256', secret)
    .update(JSON.stringify(['kayak handshake', side, ...said]))
    .digest('hex')
}

/** Compares in a time that doesn't tell where they differ. */
export function isSameProof(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
