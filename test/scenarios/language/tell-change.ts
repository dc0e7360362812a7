import type { TestMember } from '../../../lib/testing/cluster/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import { termAt, type LogShape } from '../../../streams/rules/log-shape.js'
import type { Names } from './names.js'

/** What a member looked like after the event before. Its values are replaced and never changed, so they can be kept. */
export interface Look {
  readonly replica: Replica
  readonly term: number
  readonly shape: LogShape
  readonly commit: number
  readonly roster: number
}

export const lookAt = (replica: Replica): Look => ({
  replica,
  term: replica.standing.term,
  shape: replica.parts.log.shape,
  commit: replica.commit,
  roster: replica.roster.index,
})

/** The first index at which the later log isn't the earlier one any more; undefined where it only goes on. */
function cutFrom(before: LogShape, now: LogShape): number | undefined {
  if (before === now) return undefined
  let index = before.last.index
  while (index > before.base.index && termAt(now, index) !== termAt(before, index) && index > now.base.index) index--
  return index < before.last.index ? index + 1 : undefined
}

function opening(names: Names, { disk }: TestMember, { shape }: Look): string {
  const { term, vote } = disk.termAndVote
  const voted = vote === undefined ? '' : `, in which it has voted for ${names.ofId(vote)}`
  const { base, last } = shape
  const log = last.index === base.index ? 'an empty log' : `a log of ${base.index + 1} to ${last.index}`
  const snapshot = disk.snapshots.at(-1)
  return `opens with term ${term}${voted}, ${log}${snapshot ? ` and a snapshot up to ${snapshot.meta.index}` : ''}`
}

const span = (from: number, to: number): string => (from === to ? String(from) : `${from} to ${to}`)

function terms(shape: LogShape, from: number): string {
  const [first, last] = [termAt(shape, from) ?? 0, shape.last.term]
  return first === last ? `term ${first}` : `terms ${first} to ${last}`
}

function logChange(names: Names, member: TestMember, before: LogShape, now: Look): readonly string[] {
  const lines: string[] = []
  const { shape, replica } = now
  const cut = cutFrom(before, shape)
  if (cut !== undefined) lines.push(`cuts off ${span(cut, before.last.index)}, of ${terms(before, cut)}`)
  const from = Math.max(cut ?? before.last.index + 1, shape.base.index + 1)
  if (from <= shape.last.index) {
    const does = member.isLeader ? 'appends' : 'takes'
    lines.push(`${does} ${names.entries(member, replica, from, shape.last.index)}`)
  }
  if (shape.base.index > before.base.index) lines.push(`drops its entries up to ${shape.base.index}`)
  return lines
}

function rosterChange(names: Names, before: Look, { replica, roster }: Look): readonly string[] {
  if (roster >= before.roster) return []
  return [`goes back to roster ${roster}, ${names.ofRoster(replica.roster)}`]
}

function commitChange(
  names: Names,
  member: TestMember,
  before: Look,
  { replica, commit, shape }: Look,
): readonly string[] {
  if (commit <= before.commit) return []
  const from = Math.max(before.commit, shape.base.index) + 1
  const what = from > commit ? `up to ${commit}` : names.entries(member, replica, from, commit)
  const doubles = [...replica.duplicates].filter(index => index > before.commit)
  return [
    member.isLeader ? `commits ${what}` : `knows ${what} to be committed`,
    ...doubles.map(index => `does not apply ${index}: that append has been applied before`),
  ]
}

/** What an event has changed in a member, in the words of a story. */
export function tellChange(names: Names, member: TestMember, before: Look | undefined, now: Look): readonly string[] {
  if (before?.replica !== now.replica) return [opening(names, member, now)]
  const { role, leader } = now.replica.standing
  // who stands, or follows a leader, has told of its term
  const isNews = role === 'follower' && leader === undefined && now.term > before.term
  const moves = isNews ? [`moves to term ${now.term}`] : []
  return [
    ...moves,
    ...logChange(names, member, before.shape, now),
    ...rosterChange(names, before, now),
    ...commitChange(names, member, before, now),
  ]
}
