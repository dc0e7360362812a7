import type { TestMember } from '../../../lib/testing/cluster/index.js'
import type { Replica } from '../../../streams/replica/replica.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { Roster, RosterMember } from '../../../streams/rules/roster.js'

/** What things are called in a story: members by their names, entries by what is in them. */
export class Names {
  constructor(private readonly cast: () => readonly TestMember[]) {}

  ofId(id: string | undefined): string {
    return this.cast().find(member => member.id === id)?.name ?? 'a stranger'
  }

  ofAddress(address: string): string {
    return this.cast().find(member => member.address === address)?.name ?? address
  }

  ofRoster({ voters, learners }: Roster): string {
    const list = (members: readonly RosterMember[]): string => members.map(({ id }) => this.ofId(id)).join(' ')
    return learners.length === 0 ? `voters ${list(voters)}` : `voters ${list(voters)}, learners ${list(learners)}`
  }

  /** What is in an entry of a member's log. */
  content(member: TestMember, replica: Replica, index: number): string {
    const entry = entryAt(member, replica, index)
    if (entry === undefined) return '?'
    if (entry.kind === 'noop') return `the opening of term ${entry.term}`
    if (entry.kind === 'data') return JSON.stringify(new TextDecoder().decode(entry.payload))
    const roster = replica.rosters.find(one => one.index === index)
    return roster === undefined ? 'a roster' : `the roster of ${this.ofRoster(roster)}`
  }

  entries(member: TestMember, replica: Replica, from: number, to: number): string {
    if (to - from > 2) return `${from} to ${to}`
    const indexes = Array.from({ length: to - from + 1 }, (_, at) => from + at)
    return indexes.map(index => `${index} (${this.content(member, replica, index)})`).join(', ')
  }
}

/** An entry where the member has it, in memory or on disk. */
export function entryAt({ disk }: TestMember, { parts }: Replica, index: number): LogEntry | undefined {
  return parts.log.cached(index, index, 0)?.[0] ?? disk.log.entries.find(entry => entry.index === index)
}
