import type { Message } from '../../../streams/contracts/messages/index.js'
import type { TestMember } from './test-member.js'

/** What a member had heard of a leader when somebody asked whether it would vote for him. */
export interface Asked {
  readonly at: number
  /** When it had last heard the leader of the term that it was in; undefined if never in this life. */
  readonly heardLeaderAt: number | undefined
}

/** Who has heard whom, and when, in lives that go on: as seen on the wire, whatever the members make of it. */
export class Contacts {
  private readonly heard = new Map<string, number>()
  private readonly leaders = new Map<string, { readonly term: number; readonly at: number }>()
  private readonly asked = new Map<string, readonly Asked[]>()

  delivered(from: TestMember, to: TestMember, message: Message, at: number): void {
    const { life, replica } = to
    this.heard.set(`${life} ${from.id}`, at)
    if (message.type === 'append-entries' || message.type === 'install-snapshot')
      this.leaders.set(life, { term: message.term, at })
    if (message.type !== 'request-vote' || !message.pre) return
    const leader = this.leaders.get(life)
    // who was told to take over by the leader itself disturbs nobody
    const isOfNow = leader !== undefined && leader.term === replica?.standing.term && !message.transfer
    const name = `${life} ${from.id} ${message.term}`
    this.asked.set(name, [...(this.asked.get(name) ?? []), { at, heardLeaderAt: isOfNow ? leader.at : undefined }])
  }

  /** When a life has last heard a member; 0 if never. */
  heardAt(life: string, id: string): number {
    return this.heard.get(`${life} ${id}`) ?? 0
  }

  /** How often a member has asked a life for its pre-vote for a term, of which an answer doesn't say which it is to. */
  askedBy(life: string, id: string, term: number): readonly Asked[] {
    return this.asked.get(`${life} ${id} ${term}`) ?? []
  }
}
