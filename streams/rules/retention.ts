/**
 * Up to where the log may be cut after a snapshot (section 5.1.3). A tail stays behind for followers that lag a
 * little, and what follows a snapshot that is being sent stays until it has arrived, as far as the budget goes.
 */
export function cutPoint(snapshotIndex: number, tailFrom: number, pinned: readonly number[]): number {
  return Math.min(snapshotIndex, tailFrom - 1, ...pinned)
}

/**
 * Whether a member gets a snapshot instead of entries: those that it needs next are gone, or it has nothing at all
 * and a snapshot spares it the history.
 */
export const needsSnapshot = (next: number, base: number, snapshotIndex: number): boolean =>
  next <= base || (next === 1 && snapshotIndex > 0)
