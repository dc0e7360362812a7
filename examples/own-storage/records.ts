import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import type { ClassicLevel } from 'classic-level'
import { Observable } from 'rxjs'
import { isKayakError, KayakError } from 'kayak'

export type Level = ClassicLevel<string, Uint8Array>

/** What LevelDB does only where it is told to: a write is done when it is on the disk, not on its way there. */
export const DURABLE = { sync: true }

/** Keys sort as their numbers do. */
export const key = (kind: 'log' | 'snapshot' | 'piece', ...numbers: readonly number[]): string =>
  [kind, ...numbers.map(number => String(number).padStart(16, '0'))].join(':')

/** Everything carries a checksum, as kayak asks for; LevelDB doesn't look at its own unless it is made to. */
export function pack(value: unknown): Uint8Array {
  const bytes = serialize(value)
  const sum = Buffer.alloc(4)
  sum.writeUInt32LE(crc32(bytes))
  return Buffer.concat([sum, bytes])
}

export function unpack(place: string, packed: Uint8Array): unknown {
  const [sum, bytes] = [Buffer.from(packed.subarray(0, 4)), packed.subarray(4)]
  if (sum.length === 4 && sum.readUInt32LE() === crc32(bytes)) return deserialize(bytes)
  throw new KayakError('KAYAK_CORRUPT', `${place} has a damaged record.`, { file: place })
}

/** What LevelDB fails with, in kayak's words. */
export function inWords(cause: unknown, place: string): KayakError {
  if (isKayakError(cause)) return cause
  if (isLocked(cause)) return new KayakError('KAYAK_LOCKED', `${place} is in use.`, { cause })
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new KayakError('KAYAK_STORAGE_FAILED', `${place} failed: ${reason}`, { outcome: 'unknown', cause })
}

/** That somebody else has it open is told as the cause of not being able to. */
const isLocked = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && error.code === 'LEVEL_LOCKED') || isLocked(error.cause))

/** Work that begins when it is subscribed to. Unsubscribing doesn't cancel it: what is being written is written. */
export const cold = <T>(work: () => Promise<T>): Observable<T> =>
  new Observable(subscriber => {
    work().then(
      value => {
        subscriber.next(value)
        subscriber.complete()
      },
      (error: unknown) => subscriber.error(error),
    )
  })
