import type { Member } from '../../member/member.js'
import type { HostSync } from '../sync.js'

/** What clients of a host are served from. */
export interface ServedHost {
  readonly member: Member
  readonly sync: HostSync
  /** Throws if the host takes no operations any more. */
  readonly check: () => void
  /** @throws {@link KayakError} for bytes that this host's consumers could not read, or that are too many. */
  readonly checkPayload: (bytes: Uint8Array) => void
}
