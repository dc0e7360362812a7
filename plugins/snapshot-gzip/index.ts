import { concat, defer, EMPTY, finalize, type MonoTypeOperatorFunction, type Observable } from 'rxjs'
import { createGunzip, createGzip } from 'node:zlib'
import { KayakError } from '../../streams/contracts/errors.js'
import { LIMITS } from '../../streams/contracts/limits.js'
import { lengthOf } from '../../streams/operators/bytes.js'
import { inLine } from '../../streams/operators/line.js'
import { unreadable } from '../../streams/operators/unreadable.js'
import { Flow } from './flow.js'

/** How hard to compress. */
export interface GzipOptions {
  /** From 0, not at all, to 9, best and slowest. Default 6. */
  readonly level?: number
}

/** How much comes out at a time. */
const CHUNK_BYTES = 64 * 1024

/** Drives a stream of Node's, a few pieces at a time, each when those before have come out. */
const through =
  (begin: () => Flow, end: (flow: Flow) => Observable<Uint8Array>): MonoTypeOperatorFunction<Uint8Array> =>
  bytes$ =>
    defer(() => {
      const flow = begin()
      const worked$ = bytes$.pipe(
        inLine<Uint8Array, Uint8Array>({
          handle: pieces => flow.write(pieces),
          flush: () => end(flow),
          weigh: lengthOf,
          // many small ones are one turn of the thread pool
          together: 64,
          ahead: LIMITS.stageAheadBytes,
          most: LIMITS.snapshotBacklogBytes,
        }),
      )
      return worked$.pipe(finalize(() => flow.close()))
    })

function checkedLevel(level: number): number {
  if (Number.isInteger(level) && level >= 0 && level <= 9) return level
  throw new KayakError('KAYAK_INVALID', `A level of gzip is a whole number from 0 to 9, not ${level}.`)
}

/**
 * Compresses a stream of bytes, in Node's thread pool: a stage of a snapshot pipeline, whose inverse is `gunzip`. The stages
 * before it wait while it is at work, and it waits for those after it, so that memory holds some hundred KiB whatever the
 * size of the snapshot. What comes out is cut anyhow: `chunk` goes behind it.
 *
 * ```
 *  bytes    --abc--------|
 *  gzip()
 *  result   ------x---y---(z|)      all that is there at once is one piece of work
 * ```
 *
 * @example
 * ```ts
 * of(state).pipe(toRows(), gzip(), chunk(64 * KiB))
 * ```
 *
 * @throws {@link KayakError} `KAYAK_INVALID` at once for a level that is none; `KAYAK_OVERLOADED` in the pipe if 64 MiB wait
 * because the source doesn't.
 */
export function gzip({ level = 6 }: GzipOptions = {}): MonoTypeOperatorFunction<Uint8Array> {
  const options = { level: checkedLevel(level), chunkSize: CHUNK_BYTES }
  return through(
    () => new Flow(createGzip(options), cause => cause),
    flow => flow.end(),
  )
}

const damaged = (cause: Error): KayakError =>
  unreadable(`they are damaged, cut short, or no gzip (${cause.message})`, cause)

/** Node passes over what follows the end, if that is zeros. */
const wholly$ = (flow: Flow): Observable<Uint8Array> =>
  defer(() => {
    if (flow.stream.bytesWritten !== flow.given) throw unreadable('something follows their end')
    return EMPTY
  })

/**
 * Gives back what `gzip` has compressed, or any other program that writes the format, wherever it is cut. As gzip has it,
 * several files behind each other are one.
 *
 * What is damaged, cut short or no gzip at all errors with `KAYAK_UNREADABLE`. What came before the damage has been passed
 * on by then.
 *
 * ```
 *  bytes      --x---y---z|
 *  gunzip()
 *  result     ----a-----b--(c|)
 * ```
 */
export const gunzip = (): MonoTypeOperatorFunction<Uint8Array> =>
  through(
    () => new Flow(createGunzip({ chunkSize: CHUNK_BYTES }), damaged),
    flow => concat(flow.end(), wholly$(flow)),
  )
