import type { KayakError } from '../../../streams/contracts/errors.js'

/** How an operation ended: `lost` with the process of its caller. */
export type Ending = 'done' | 'rejected' | 'unknown' | 'lost'

/** What a caller asked for, and what became of it. */
export interface Operation {
  readonly kind: 'append' | 'barrier' | 'change' | 'read'
  readonly by: string
  readonly invokedAt: number
  readonly deadline: number
  /** Names an append: its session and number. */
  readonly id: string
  /** Whether nobody has asked for the same before. */
  readonly first: boolean
  /** The greatest index that had been acknowledged, and the greatest that a barrier had given, when it was invoked. */
  readonly acknowledged: number
  readonly read: number
  settledAt?: number
  ending?: Ending
  /** The index: of the append, of the barrier, of the roster. */
  index?: number
  error?: KayakError
}

export const isSettled = (operation: Operation): boolean => operation.ending !== undefined
