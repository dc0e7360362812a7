import type { MemberMachine } from '../../lib/testing/cluster/digest-machine.js'
import type { LogEntry } from '../../streams/rules/entry.js'

/** A state machine that holds the name of every append, in order: what was acknowledged can be looked up by it. */
export class NamedMachine implements MemberMachine {
  private names: readonly string[] = []

  get state(): string {
    return this.names.join(', ')
  }

  has(name: string): boolean {
    return this.names.includes(name)
  }

  apply({ session, number }: LogEntry): void {
    this.names = [...this.names, `${session} ${number}`]
  }

  snapshot(bytes: number): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.names).padEnd(bytes))
  }

  restore(snapshot: Uint8Array): void {
    // what snapshot() has made
    this.names = JSON.parse(new TextDecoder().decode(snapshot)) as string[]
  }

  reset(): void {
    this.names = []
  }
}
