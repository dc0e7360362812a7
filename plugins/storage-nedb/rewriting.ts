import { isCompacted } from '../../streams/contracts/errors.js'
import type { FileLayer } from '../folder/file-layer.js'
import { LogBook } from './log-book.js'
import { MOST_BATCH_BYTES } from './batches.js'

/** So much of a log is copied at a time: what reads and writes it meanwhile waits no longer. */
const REWRITTEN_BYTES = 3 * MOST_BATCH_BYTES
/**
 * What is live of a log, on its way to a file of the next generation, small batches put together. The log goes on
 * meanwhile: appends don't wait for it. What has come since is copied in a turn of its own, so that it ends however
 * quickly more comes.
 *
 * ```
 *  log      abc-----d-e---f------
 *  copy     -----abc-----de--f|      f and the rest in the turn that ends it
 * ```
 */
export class Rewriting {
  private givenUp = false
  /** The copy, once it has come to where the log ended a moment ago. */
  readonly copied: Promise<LogBook>

  constructor(
    private readonly log: LogBook,
    private readonly files: FileLayer,
    private readonly path: string,
  ) {
    this.copied = this.copy()
  }

  /** Copies what is left, durably, while nobody writes to the log. The copy's name is durable since it was made. */
  async finish(): Promise<LogBook> {
    const copy = await this.copied
    while (!(await copy.follow(this.log, REWRITTEN_BYTES)));
    await copy.sync()
    return copy
  }

  /** Leaves nothing behind: as the log is closed, or as an end of it is cut that may have been copied. */
  async giveUp(): Promise<void> {
    this.givenUp = true
    const [copied] = await Promise.allSettled([this.copied])
    if (copied.status === 'fulfilled') await copied.value.close()
    await this.files.remove(this.path)
  }

  private async copy(): Promise<LogBook> {
    const copy = await LogBook.create(this.files, this.path, this.log.state.shape.base)
    try {
      let [before, left] = [Infinity, this.bytesLeft(copy)]
      // as long as it gains on those who append
      do {
        before = left
        await this.pass(copy)
        left = this.bytesLeft(copy)
      } while (!this.givenUp && left > REWRITTEN_BYTES && left < before / 2)
      return copy
    } catch (error) {
      await copy.close()
      throw error
    }
  }

  private bytesLeft(copy: LogBook): number {
    return this.log.state.bytesFrom(copy.state.shape.last.index + 1)
  }

  /** Copies what there is now, and syncs it, so that the end of it takes no time. */
  private async pass(copy: LogBook): Promise<void> {
    const { index } = this.log.state.shape.last
    while (!this.givenUp && copy.state.shape.last.index < index && !(await this.follow(copy)));
    if (!this.givenUp) await copy.sync()
  }

  private async follow(copy: LogBook): Promise<boolean> {
    try {
      return await copy.follow(this.log, REWRITTEN_BYTES)
    } catch (error) {
      // cut while it was read: the next step begins behind that
      if (isCompacted(error)) return false
      throw error
    }
  }
}
