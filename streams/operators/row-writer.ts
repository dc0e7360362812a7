import { ByteWriter } from './byte-writer.js'
import { contentsOf, unwritable } from './contents.js'
import { MOST_DEEP, ROWS_MAGIC, TAG } from './values.js'

/** Writes a state piece by piece, each when it is asked for; what it has not come to it has not looked at. */
export class RowWriter implements Iterator<Uint8Array, undefined> {
  private readonly writer: ByteWriter
  /** What is open, the innermost last. */
  private readonly open: Iterator<unknown>[] = []
  private standing: 'new' | 'open' | 'written' = 'new'

  constructor(
    private readonly state: unknown,
    private readonly pieceBytes: number,
  ) {
    // and what the last value takes beyond it, if that is small
    this.writer = new ByteWriter(pieceBytes + 1024)
  }

  next(): IteratorResult<Uint8Array, undefined> {
    if (this.standing === 'written') return { done: true, value: undefined }
    const { writer } = this
    if (this.standing === 'new') writer.raw(ROWS_MAGIC)
    const begin = writer.length
    writer.raw(new Uint8Array(4))
    while (!this.isWritten() && writer.length - begin - 4 < this.pieceBytes) this.step()
    const length = writer.length - begin - 4
    if (length >= 2 ** 32) throw unwritable('4 GiB in one value')
    writer.setUint32(begin, length)
    // nothing comes after an empty row
    if (this.isWritten()) writer.raw(new Uint8Array(4))
    return { done: false, value: writer.take() }
  }

  /** Lets go of what is open. */
  return(): IteratorResult<Uint8Array, undefined> {
    this.standing = 'written'
    for (let last = this.open.pop(); last !== undefined; last = this.open.pop()) last.return?.()
    return { done: true, value: undefined }
  }

  private isWritten(): boolean {
    return this.standing === 'written'
  }

  private step(): void {
    if (this.standing === 'new') {
      this.standing = 'open'
      this.value(this.state)
    } else {
      const next = this.open.at(-1)?.next()
      if (next?.done === false) this.value(next.value)
      else {
        this.writer.tag(TAG.end)
        this.open.pop()
      }
    }
    if (this.open.length === 0) this.standing = 'written'
  }

  private value(value: unknown): void {
    const { writer } = this
    switch (typeof value) {
      case 'string':
        return writer.string(value)
      case 'number':
        return writer.number(value)
      case 'boolean':
        return writer.tag(value ? TAG.true : TAG.false)
      case 'undefined':
        return writer.tag(TAG.undefined)
      case 'bigint':
        return writer.bigint(value)
      case 'object':
        if (value === null) return writer.tag(TAG.null)
        return value instanceof Uint8Array ? writer.byteArray(value) : this.container(value)
      default:
        throw unwritable(`a ${typeof value}`)
    }
  }

  private container(value: object): void {
    if (this.open.length >= MOST_DEEP) throw unwritable('itself')
    const [tag, contents] = contentsOf(value)
    this.writer.tag(tag)
    this.open.push(contents[Symbol.iterator]())
  }
}
