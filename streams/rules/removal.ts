/** What another member says of one's membership, with the index of the committed roster that it says it from. */
export interface MembershipHint {
  readonly rosterIndex: number
  readonly isMember: boolean
}

/** What the roster in force says of oneself. */
export interface OwnMembership {
  readonly rosterIndex: number
  readonly isMember: boolean
}

/**
 * Whether to believe that one has been removed: only from a committed roster newer than one's own, and only if one's
 * own had oneself. A stale responder may not know a member that was just added (section 4.2.3).
 */
export const believesRemoval = (own: OwnMembership, hint: MembershipHint): boolean =>
  own.isMember && !hint.isMember && hint.rosterIndex > own.rosterIndex
