import { randomBytes } from 'node:crypto'
import { pipe, type OperatorFunction } from 'rxjs'
import { decrypt, encrypt, type NamedKey } from 'kayak/plugins/snapshot-encrypt'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import { chunk, fromRows, toRows } from 'kayak/streams'

/** How a state becomes a snapshot, and comes back. */
export interface Pipeline<State> {
  readonly snapshot: OperatorFunction<State, Uint8Array>
  readonly restore: OperatorFunction<Uint8Array, State>
}

/** Keys by their names. The newest is written with; the others are kept for as long as there are snapshots of theirs. */
export class Keys {
  private readonly keys: NamedKey[] = []

  rotate(id: string): this {
    this.keys.push({ id, key: randomBytes(32) })
    return this
  }

  get newest(): NamedKey {
    const newest = this.keys.at(-1)
    if (newest === undefined) throw new Error('There is no key yet.')
    return newest
  }

  readonly find = (id: string) => this.keys.find(key => key.id === id)?.key
}

/** First smaller, then secret: what is encrypted can't be compressed any more. The way back is the other way round. */
export const sealed = <State>(keys: Keys): Pipeline<State> => ({
  snapshot: pipe(toRows(), gzip(), encrypt(keys.newest), chunk(64 * 1024)),
  restore: pipe(decrypt(keys.find), gunzip(), fromRows<State>()),
})
