/** Versions of the protocol that a member speaks: all from the oldest to the newest. */
export interface Versions {
  readonly oldest: number
  readonly newest: number
}

/**
 * What this software speaks: how members greet each other, what they say, and what is replicated. This is the one place
 * that says so.
 */
export const VERSIONS: Versions = { oldest: 1, newest: 1 }

/** The versions, and how a message of the newest one is said in an older one. */
export interface Protocol extends Versions {
  /**
   * A message of the newest version as a peer of `version` knows it. Undefined where it knows nothing of the kind: then
   * it isn't sent. Throws nothing and changes nothing that it is given.
   */
  toVersion(message: object, version: number): object | undefined
  /** What a peer of `version` has sent, and nobody has checked yet, as the newest version has it. Throws nothing. */
  fromVersion(message: unknown, version: number): unknown
}

/** In which version two sides talk: the newest that both speak; undefined if there is none. */
export function agreedVersion(mine: Versions, theirs: Versions): number | undefined {
  const newest = Math.min(mine.newest, theirs.newest)
  return newest >= Math.max(mine.oldest, theirs.oldest) ? newest : undefined
}

export const versionsText = ({ oldest, newest }: Versions): string =>
  oldest === newest ? `version ${String(newest)}` : `versions ${String(oldest)} to ${String(newest)}`

/** Why two sides can't talk, so that either may read it, and what to do. */
export function apartText(mine: Versions, theirs: Versions): string {
  const [older, newer] = mine.newest < theirs.newest ? [mine, theirs] : [theirs, mine]
  const [one, other] = [versionsText(older), versionsText(newer)]
  return `one side speaks ${one}, the other ${other}: upgrade the side of ${one}`
}
