import { KayakError } from '../../streams/contracts/errors.js'
import type { Replica } from '../../streams/replica/replica.js'

const TOKEN = /^([0-9a-f]{32}):(\d{1,16})$/

/** Names all that a member has applied: its cluster, and up to where. */
export const tokenOf = ({ applied, parts }: Replica): string => `${parts.clusterId}:${String(applied)}`

/**
 * Up to where a token reaches.
 *
 * @throws {@link KayakError} `KAYAK_INVALID` for what is none, `KAYAK_OTHER_CLUSTER` for one of another cluster.
 */
export function reachOf(token: unknown, { parts }: Replica): number {
  const [, clusterId, digits] = (typeof token === 'string' ? TOKEN.exec(token) : undefined) ?? []
  const index = Number(digits)
  if (clusterId === undefined || !Number.isSafeInteger(index))
    throw new KayakError('KAYAK_INVALID', 'A session read takes the token that a host had, as options.token.')
  if (clusterId !== parts.clusterId)
    throw new KayakError('KAYAK_OTHER_CLUSTER', 'The token is of another cluster than this host.')
  return index
}
