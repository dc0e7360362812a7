/** What another member says of one's membership, with the index of the committed roster that it says it from. */
export interface MembershipHint {
  readonly rosterIndex: number
  readonly isMember: boolean
}

/**
 * Whether to believe that one has been removed: only from a committed roster newer than the newest of one's own that
 * has oneself, and only if there is one. A stale responder may not know a member that was just added (section 4.2.3).
 *
 * @param memberSince - index of that roster of one's own.
 */
export const believesRemoval = (memberSince: number | undefined, hint: MembershipHint): boolean =>
  memberSince !== undefined && !hint.isMember && hint.rosterIndex > memberSince
