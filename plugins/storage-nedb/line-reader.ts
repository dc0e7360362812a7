import type { OpenFile } from '../folder/file-layer.js'
import { corrupt } from '../folder/failures.js'
import { unsealLine, type Line } from './line.js'

/** Reads lines of a file that is written to meanwhile, several at a time where they are short. */
export class LineReader {
  private from = 0
  private read: Uint8Array = new Uint8Array(0)

  /** @param aheadBytes - so much is read at once, or as much as a longer line has. */
  constructor(
    private readonly file: OpenFile,
    private readonly path: string,
    private readonly aheadBytes: number,
  ) {}

  /**
   * The JSON of a line.
   *
   * @throws {@link KayakError} `KAYAK_CORRUPT` if it isn't any more what was written.
   */
  async json(line: Line): Promise<string> {
    if (!this.has(line)) {
      this.read = await this.file.read(line.offset, Math.max(line.bytes, this.aheadBytes))
      this.from = line.offset
    }
    const at = line.offset - this.from
    // without its end
    const { buffer, byteOffset, byteLength } = this.read.subarray(at, at + line.bytes - 1)
    const text = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
    const json = unsealLine(text, line.number)
    if (json === undefined) throw corrupt(this.path, `is damaged at line ${line.number}`)
    return json
  }

  private has({ offset, bytes }: Line): boolean {
    return offset >= this.from && offset + bytes <= this.from + this.read.byteLength
  }
}
