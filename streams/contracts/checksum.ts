import { buf } from 'crc-32'

/** CRC-32 of some bytes, unsigned, going on from that of the bytes before them. */
export const crc32 = (bytes: Uint8Array, before = 0): number => buf(bytes, before) >>> 0
