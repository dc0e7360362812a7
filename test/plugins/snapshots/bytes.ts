import { firstValueFrom, from, toArray, type Observable, type OperatorFunction } from 'rxjs'

/** The bytes of a stream in one piece, or what it errors with. */
export const bytesOf = async (bytes$: Observable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await firstValueFrom(bytes$.pipe(toArray())))

export const through = (
  pieces: readonly Uint8Array[],
  stage: OperatorFunction<Uint8Array, Uint8Array>,
): Promise<Buffer> => bytesOf(from(pieces).pipe(stage))

/** What it errors with; undefined if it doesn't. */
export const failing = (
  pieces: readonly Uint8Array[],
  stage: OperatorFunction<Uint8Array, Uint8Array>,
): Promise<unknown> =>
  through(pieces, stage).then(
    () => undefined,
    (error: unknown) => error,
  )

/** Bytes that compress a little, the same each time. */
export function someBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 7919 + (at >> 7) * 104729) % 251
  return bytes
}
