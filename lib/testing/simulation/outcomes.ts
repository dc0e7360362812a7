import type { Ledger } from '../cluster/ledger.js'
import type { Call } from '../linearizability/history.js'

/** A call whose outcome its client doesn't know, and by which name its append stands in the log if it does. */
export interface Unknown<Input, Output> {
  readonly call: Call<Input, Output>
  readonly id: string
}

/**
 * What became of a call that nobody was answered: it took effect before it was first applied anywhere, or never did, for
 * what no member has applied nobody can have read. Without that a search for an order would have to try each such call
 * at every later moment.
 */
export function outcomeOf<Input, Output>(ledger: Ledger, { call, id }: Unknown<Input, Output>): Call<Input, Output> {
  const { input, invokedAt } = call
  const settledAt = ledger.appliedAt.get(id)
  return settledAt === undefined
    ? { input, invokedAt, outcome: 'rejected' }
    : { input, invokedAt, outcome: 'done', settledAt }
}
