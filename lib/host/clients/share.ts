import { KayakError } from '../../../streams/contracts/errors.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import type { Budgets } from '../../../streams/replica/budgets.js'

/** What all clients of a member together wait for: no more than leaves room for the callers of the host itself. */
export class Share {
  private requests = 0
  private bytes = 0

  constructor(private readonly budgets: Budgets) {}

  /** @throws {@link KayakError} `KAYAK_OVERLOADED` where another request of so many bytes is too much. */
  admit(bytes: number): void {
    this.refuse('client-requests', this.requests + 1, LIMITS.allClientRequests)
    this.refuse('client-pending', this.bytes + bytes, LIMITS.allClientRequestBytes)
  }

  /** Counts one that has been admitted. */
  enter(bytes: number): void {
    this.requests++
    this.bytes += bytes
  }

  leave(bytes: number): void {
    this.requests--
    this.bytes -= bytes
  }

  private refuse(budget: 'client-requests' | 'client-pending', used: number, limit: number): void {
    if (used <= limit) return
    this.budgets.over(budget, used, limit)
    const why = `The clients of this member wait for too much together (its budget "${budget}").`
    throw new KayakError('KAYAK_OVERLOADED', why, { budget })
  }
}
