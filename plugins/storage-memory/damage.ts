import { KayakError } from '../../streams/contracts/errors.js'

/** What of a disk can be damaged. */
export type Damageable = 'identity' | 'term-and-vote' | 'log' | 'snapshot'

/** Which records of a disk are not as they were written: their checksums would say so. What replaces one is whole. */
export class Damage {
  private readonly records = new WeakSet()

  /** @throws RangeError if there is nothing to damage: damage that hits nothing tests nothing. */
  add(record: object | undefined, what: string): void {
    if (record === undefined) throw new RangeError(`There is no ${what} to damage.`)
    this.records.add(record)
  }

  has(record: object | undefined): boolean {
    return record !== undefined && this.records.has(record)
  }

  /** @throws {@link KayakError} `KAYAK_CORRUPT` for a damaged record, naming the file that it would be in. */
  check(record: object | undefined, file: string): void {
    if (this.has(record)) throw new KayakError('KAYAK_CORRUPT', `${file} is damaged.`, { file })
  }
}
