import { clusterVersion, findMember, isMember, type ClusterSettings, type Roster, type RosterMember } from './roster.js'

/** What becomes of one member, or of what all agree on. */
export type RosterStep =
  /** A newcomer begins as a learner; one that is added as such stays one until it is promoted. */
  | { readonly type: 'add'; readonly id: string; readonly address: string; readonly asLearner?: boolean | undefined }
  | { readonly type: 'promote'; readonly id: string }
  | { readonly type: 'demote'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }
  | { readonly type: 'move'; readonly id: string; readonly address: string }
  | { readonly type: 'prefer'; readonly id: string; readonly priority: number }
  | { readonly type: 'settle'; readonly settings: Partial<ClusterSettings> }

/** A change of the roster: all of its steps at once (section 4.3). */
export interface RosterChange {
  readonly steps: readonly RosterStep[]
  /** Index of the roster that is to be changed: another one by then is left as it is. */
  readonly ifIndex?: number | undefined
}

/** A change in a few words. */
export const changeName = ({ steps }: RosterChange): string =>
  steps.map(step => ('id' in step ? `${step.type} ${step.id}` : step.type)).join(', ')

export type ChangeVerdict =
  | { readonly verdict: 'change'; readonly roster: Roster }
  /** It is so already: changes say what is to be, and asking again is no other change. */
  | { readonly verdict: 'done' }
  | { readonly verdict: 'address-taken'; readonly by: string }
  | { readonly verdict: 'last-voter' }
  | { readonly verdict: 'not-member'; readonly id: string }
  | { readonly verdict: 'conflict' }
  /** What has been written since the cluster's version was raised can't be read in an older one. */
  | { readonly verdict: 'older-version' }
  /** Of one member more than one thing is to become. */
  | { readonly verdict: 'contradiction' }

type Refusal = Exclude<ChangeVerdict, { verdict: 'change' | 'done' }>
/** A roster, or why there is none. */
type Outcome = Roster | Refusal

const without = (list: readonly RosterMember[], id: string): readonly RosterMember[] =>
  list.filter(member => member.id !== id)

const isVoting = (roster: Roster, id: string): boolean => roster.voters.some(voter => voter.id === id)

const holderOf = ({ voters, outgoing, learners }: Roster, address: string): RosterMember | undefined =>
  [...voters, ...outgoing, ...learners].find(member => member.address === address)

/** The roster with one of its members as another value. */
function withMember(roster: Roster, id: string, change: (member: RosterMember) => RosterMember): Outcome {
  if (!isMember(roster, id)) return { verdict: 'not-member', id }
  const changed = (list: readonly RosterMember[]): readonly RosterMember[] =>
    list.map(member => (member.id === id ? change(member) : member))
  return { ...roster, voters: changed(roster.voters), learners: changed(roster.learners) }
}

function add(roster: Roster, { id, address, asLearner = false }: RosterStep & { type: 'add' }, index: number): Outcome {
  if (isMember(roster, id)) return roster
  const holder = holderOf(roster, address)
  if (holder !== undefined) return { verdict: 'address-taken', by: holder.id }
  const learner = { id, address, incarnation: index, ...(asLearner && { staysLearner: true }) }
  return { ...roster, learners: [...roster.learners, learner] }
}

function promote(roster: Roster, id: string): Outcome {
  if (isVoting(roster, id)) return roster
  const learner = findMember(roster, id)
  if (learner === undefined) return { verdict: 'not-member', id }
  const { staysLearner: _, ...voter } = learner
  return { ...roster, voters: [...roster.voters, voter], learners: without(roster.learners, id) }
}

function demote(roster: Roster, id: string): Outcome {
  const voter = findMember(roster, id)
  if (voter === undefined) return { verdict: 'not-member', id }
  if (!isVoting(roster, id)) return roster
  const learner = { ...voter, staysLearner: true }
  return { ...roster, voters: without(roster.voters, id), learners: [...roster.learners, learner] }
}

const remove = (roster: Roster, id: string): Roster =>
  isMember(roster, id)
    ? { ...roster, voters: without(roster.voters, id), learners: without(roster.learners, id) }
    : roster

function move(roster: Roster, id: string, address: string): Outcome {
  const holder = holderOf(roster, address)
  if (holder !== undefined && holder.id !== id) return { verdict: 'address-taken', by: holder.id }
  return withMember(roster, id, member => (member.address === address ? member : { ...member, address }))
}

const prefer = (roster: Roster, id: string, priority: number): Outcome =>
  withMember(roster, id, member => ((member.priority ?? 0) === priority ? member : { ...member, priority }))

/** A version stays as it is where it isn't raised, so that the first one is never named. */
function settle(roster: Roster, { version, ...others }: Partial<ClusterSettings>): Outcome {
  const current = clusterVersion(roster.settings)
  if (version !== undefined && version < current) return { verdict: 'older-version' }
  const raised = version !== undefined && version > current && { version }
  return { ...roster, settings: { ...roster.settings, ...others, ...raised } }
}

function take(roster: Roster, step: RosterStep, index: number): Outcome {
  switch (step.type) {
    case 'add':
      return add(roster, step, index)
    case 'promote':
      return promote(roster, step.id)
    case 'demote':
      return demote(roster, step.id)
    case 'remove':
      return remove(roster, step.id)
    case 'move':
      return move(roster, step.id, step.address)
    case 'prefer':
      return prefer(roster, step.id, step.priority)
    case 'settle':
      return settle(roster, step.settings)
  }
}

/** How many voters one of two rosters has and the other hasn't. */
export function votersApart(one: readonly RosterMember[], other: readonly RosterMember[]): number {
  const missing = (from: readonly RosterMember[], list: readonly RosterMember[]): number =>
    list.filter(({ id }) => !from.some(voter => voter.id === id)).length
  return missing(one, other) + missing(other, one)
}

/** Whether of each member one thing is to become: then to make a change again changes nothing, as asking again must not. */
function isClear(steps: readonly RosterStep[]): boolean {
  const removed = new Set(steps.map(step => (step.type === 'remove' ? step.id : undefined)))
  if (steps.some(step => step.type === 'prefer' && removed.has(step.id))) return false
  const becomes = steps.filter(({ type }) => type !== 'prefer' && type !== 'settle')
  return new Set(becomes.map(step => ('id' in step ? step.id : ''))).size === becomes.length
}

const isSame = (one: Roster, other: Roster): boolean => JSON.stringify(one) === JSON.stringify(other)

/**
 * What a change makes of a roster when it becomes the entry at `index`. Where more than one voter comes or goes the new
 * roster is joint: the voters of before decide beside the new ones until it has committed (section 4.3). With one voter
 * any two quorums meet, and that step is left out (section 4.1).
 */
export function changeRoster(roster: Roster, { steps, ifIndex }: RosterChange, index: number): ChangeVerdict {
  if (!isClear(steps)) return { verdict: 'contradiction' }
  let next = roster
  for (const step of steps) {
    const outcome = take(next, step, index)
    if ('verdict' in outcome) return outcome
    next = outcome
  }
  if (isSame(next, roster)) return { verdict: 'done' }
  if (ifIndex !== undefined && ifIndex !== roster.index) return { verdict: 'conflict' }
  if (next.voters.length === 0) return { verdict: 'last-voter' }
  const outgoing = votersApart(roster.voters, next.voters) > 1 ? roster.voters : []
  return { verdict: 'change', roster: { ...next, index, outgoing } }
}

/** The roster that follows a joint one, once that has committed: only the new half decides from then on (section 4.3). */
export const leaveJoint = (roster: Roster, index: number): Roster => ({ ...roster, index, outgoing: [] })

/** Whether none is uncommitted, and an entry of a leader's own term has committed: it may append a roster (section 4.1). */
const mayAppend = (roster: Roster, committed: number, firstOfTerm: number): boolean =>
  roster.index <= committed && committed >= firstOfTerm

/** Whether a leader may begin a change: one at a time, and a joint one has two steps. */
export const mayChange = (roster: Roster, committed: number, firstOfTerm: number): boolean =>
  roster.outgoing.length === 0 && mayAppend(roster, committed, firstOfTerm)

/** Whether a leader has to end a change that another, or itself, has begun. */
export const mustLeaveJoint = (roster: Roster, committed: number, firstOfTerm: number): boolean =>
  roster.outgoing.length > 0 && mayAppend(roster, committed, firstOfTerm)
