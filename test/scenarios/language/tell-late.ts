import type { TestMember } from '../../../lib/testing/cluster/index.js'
import { decodeEntries } from '../../../streams/contracts/entry-codec.js'
import type { MessageOf } from '../../../streams/contracts/messages/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import { findMember } from '../../../streams/rules/roster.js'

/** A chunk of a snapshot that its receiver has no use for. */
export function lateChunk({ index }: MessageOf<'install-snapshot'>, { commit }: Replica): string | undefined {
  return index <= commit ? `hears late of a snapshot up to ${index}: ${commit} has committed here` : undefined
}

/** Entries of this term's leader that their receiver has, and knows to be committed. */
export function lateEntries(
  { term, prevIndex, entries }: MessageOf<'append-entries'>,
  { standing, commit }: Replica,
): string | undefined {
  const last = prevIndex + decodeEntries(entries).length
  if (last === prevIndex || last > commit || term !== standing.term) return undefined
  return `hears late of entries up to ${last}: ${commit} has committed here`
}

/** An answer that says less than one before it, or is of an incarnation that is over. */
export function lateAnswer(
  { incarnation, match, fits }: MessageOf<'append-reply'>,
  { roster }: Replica,
  { id, name }: TestMember,
  newest: number,
): string | undefined {
  const current = findMember(roster, id)?.incarnation
  if (current !== undefined && incarnation < current)
    return `hears late that ${name} has up to ${match} on disk, of its incarnation ${incarnation}: it is ${current} now`
  return fits && match < newest ? `hears late that ${name} has up to ${match} on disk` : undefined
}
