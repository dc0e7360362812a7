import { buf } from 'crc-32'

type Crc32 = (bytes: Uint8Array, before: number) => number

/** What Node.js has, of which other platforms have nothing. */
interface Platform {
  readonly process?: { readonly getBuiltinModule?: (name: 'node:zlib') => { readonly crc32?: Crc32 } | undefined }
}

/** The platform's own is three times as fast for much, and slower for little, for which it is called in vain. */
const LITTLE_BYTES = 512
// eslint-disable-next-line kayak/no-ambient -- the same function of the same bytes, only faster; others have no such fields
const platforms = (globalThis as Platform).process?.getBuiltinModule?.('node:zlib')?.crc32

/** CRC-32 of some bytes, unsigned, going on from that of the bytes before them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (platforms === undefined || bytes.byteLength <= LITTLE_BYTES) return buf(bytes, before) >>> 0
  return platforms(bytes, before)
}
