import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import type { Payload } from 'kayak'

/** What one entry may hold, unless all members are told otherwise. */
const MAX_LINE_BYTES = 1024 * 1024
/** Every member keeps every line in memory. */
const MAX_FILE_BYTES = 256 * 1024 * 1024

/** Something that the one at the keyboard can mend. */
export class Complaint extends Error {}

/**
 * The lines of a file, without their ends. A last line may lack its end. A line that is no UTF-8 stays bytes, so that
 * nothing is lost of it.
 */
export async function readLines(file: string): Promise<readonly Payload[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Complaint(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (bytes.length === 0) throw new Complaint(`${file} is empty: there is no line to append.`)
  if (bytes.length > MAX_FILE_BYTES) throw new Complaint(`${file} is over ${MAX_FILE_BYTES} bytes.`)
  const lines: Payload[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf('\n', from)
    const line = bytes.subarray(from, end < 0 ? bytes.length : end)
    if (line.length > MAX_LINE_BYTES)
      throw new Complaint(
        `Line ${lines.length + 1} of ${file} has ${line.length} bytes; an entry takes at most ${MAX_LINE_BYTES}.`,
      )
    lines.push(isUtf8(line) ? line.toString('utf8') : Uint8Array.from(line))
    from += line.length + 1
  }
  return lines
}
