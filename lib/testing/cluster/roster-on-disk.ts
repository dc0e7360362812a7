import type { Durable } from '../../../plugins/storage-memory/index.js'
import { decodeRoster } from '../../../streams/contracts/roster-codec.js'
import { EMPTY_ROSTER, type Roster } from '../../../streams/rules/roster.js'

/** The last roster that a disk holds, whether it has committed or not. */
export function rosterOnDisk({ entries, snapshots }: Durable): Roster {
  const newest = entries.findLast(({ kind }) => kind === 'roster')
  return newest === undefined ? (snapshots.at(-1)?.meta.roster ?? EMPTY_ROSTER) : decodeRoster(newest.payload)
}
