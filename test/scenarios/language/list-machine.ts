import type { MemberMachine } from '../../../lib/testing/cluster/digest-machine.js'
import type { LogEntry } from '../../../streams/rules/entry.js'

/** A state machine that one can read: the payloads that it has applied, in their order. */
export class ListMachine implements MemberMachine {
  applied: readonly string[] = []

  get state(): string {
    return this.applied.map(payload => JSON.stringify(payload)).join(' ')
  }

  apply({ payload }: LogEntry): void {
    this.applied = [...this.applied, new TextDecoder().decode(payload)]
  }

  snapshot(bytes: number): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.applied).padEnd(bytes))
  }

  restore(snapshot: Uint8Array): void {
    // what snapshot() has made
    this.applied = JSON.parse(new TextDecoder().decode(snapshot)) as string[]
  }

  reset(): void {
    this.applied = []
  }
}
