import type { Observable } from 'rxjs'
import type { Member } from '../../member/member.js'
import type { HostSync } from '../sync.js'

/** What clients of a host are served from. */
export interface ServedHost {
  readonly member: Member
  readonly sync: HostSync
  /** Throws if the host takes no operations any more. */
  readonly check: () => void
  /** Emits once the host begins to leave its cluster, at once if it has: its clients are to go elsewhere. */
  readonly leaving$: Observable<unknown>
  /** @throws {@link KayakError} for bytes that this host's consumers could not read, or that are too many. */
  readonly checkPayload: (bytes: Uint8Array) => void
}
