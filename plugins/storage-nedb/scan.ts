import type { FileLayer, OpenFile } from '../folder/file-layer.js'
import { corrupt } from '../folder/failures.js'
import { isTorn, unsealLine } from './line.js'

const CHUNK_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/** What a file holds before NeDB sees it. */
export interface Scanned {
  /** The JSON of its first line, undefined if it has none. */
  readonly first: string | undefined
  readonly lines: number
  /** Bytes of all whole lines. */
  readonly bytes: number
}

/** Reads all lines in bounded memory but for the longest one, and gives what follows the last. */
async function eachLine(file: OpenFile, visit: (line: string) => void): Promise<string> {
  let pieces: string[] = []
  for (let offset = 0; ;) {
    const chunk = Buffer.from(await file.read(offset, CHUNK_BYTES))
    if (chunk.byteLength === 0) return pieces.join('')
    offset += chunk.byteLength
    let at = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      visit(pieces.join('') + chunk.toString('latin1', at, end))
      pieces = []
      at = end + 1
    }
    pieces.push(chunk.toString('latin1', at))
  }
}

/**
 * Checks every line of a file, and cuts off, durably, a last one that a crash has torn. NeDB must not see a damaged
 * file: it drops bad lines and rewrites the file without them, merges the next line into a torn one, and never ends
 * loading if a read fails.
 *
 * @param check - is given the first line before anything else is looked at or cut off: a later format may have others.
 * @throws {@link KayakError} `KAYAK_CORRUPT` for a line with an end that isn't what was written.
 */
export async function scanLines(
  files: FileLayer,
  path: string,
  check: (first: string) => void = () => undefined,
): Promise<Scanned> {
  const file = await files.open(path, 'existing')
  try {
    let [lines, bytes] = [0, 0]
    let first: string | undefined
    const tail = await eachLine(file, line => {
      const json = unsealLine(line, ++lines)
      if (json === undefined) throw corrupt(path, `is damaged at line ${lines}`)
      if (first === undefined) check(json)
      first ??= json
      bytes += line.length + 1
    })
    if (tail === '') return { first, lines, bytes }
    if (!isTorn(tail)) throw corrupt(path, 'is damaged at its end')
    await files.truncate(path, bytes)
    await file.sync()
    return { first, lines, bytes }
  } finally {
    await file.close()
  }
}
