import { crc32 } from '../../../streams/contracts/checksum.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import { mix } from './mix.js'

/** What a {@link DigestMachine} holds: enough to tell whether two have applied the same, in the same order. */
export interface DigestState {
  readonly count: number
  readonly digest: number
}

/** A state machine as a member under test drives it. */
export interface MemberMachine {
  /** Equal where two have applied the same. */
  readonly state: string
  apply(entry: LogEntry): void
  /** All that it holds, as at least `bytes` bytes. */
  snapshot(bytes: number): Uint8Array
  restore(snapshot: Uint8Array): void
  /** Goes back to the beginning. */
  reset(): void
}

/** The smallest state machine that notices everything: a digest of all entries in their order. */
export class DigestMachine implements MemberMachine {
  count = 0
  digest = 0

  get state(): string {
    return `${this.count} entries, digest ${this.digest}`
  }

  apply({ index, payload }: LogEntry): void {
    this.count++
    this.digest = mix(mix(this.digest, index), crc32(payload))
  }

  /** As a snapshot of at least `bytes` bytes. */
  snapshot(bytes = 0): Uint8Array {
    const { count, digest } = this
    return new TextEncoder().encode(JSON.stringify({ count, digest }).padEnd(bytes))
  }

  restore(snapshot: Uint8Array): void {
    // what snapshot() has made
    const { count, digest } = JSON.parse(new TextDecoder().decode(snapshot)) as DigestState
    this.count = count
    this.digest = digest
  }

  reset(): void {
    this.count = 0
    this.digest = 0
  }
}
