import { KayakError } from '../../../streams/contracts/errors.js'

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('')

/** A keyed hash by what Node and browsers both have; the same that `proof.ts` makes on a member. */
export async function keyedHash(secret: string, text: string): Promise<string> {
  // missing on pages that are neither from localhost nor over HTTPS, whatever its type says
  const subtle = globalThis.crypto.subtle as typeof globalThis.crypto.subtle | undefined
  if (subtle === undefined)
    throw new KayakError('KAYAK_INVALID', 'This page is not in a secure context, and can prove no secret.')
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign'])
  return hex(await subtle.sign('HMAC', key, encoder.encode(text)))
}
