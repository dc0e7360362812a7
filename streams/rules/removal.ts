/** What another member says of one's membership, with the index of the committed roster that it says it from. */
export interface MembershipHint {
  readonly rosterIndex: number
  readonly isMember: boolean
}

/** Whether to believe that one has been removed: only from a committed roster newer than one's own (section 4.2.3). */
export const believesRemoval = (ownRosterIndex: number, hint: MembershipHint): boolean =>
  !hint.isMember && ownRosterIndex > 0 && hint.rosterIndex > ownRosterIndex
