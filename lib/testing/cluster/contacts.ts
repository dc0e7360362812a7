import { decodeMessage, type Message } from '../../../streams/contracts/messages/index.js'
import type { TestMember } from './test-member.js'

/** What a member had heard of a leader when somebody asked it for its vote, or whether it would vote for him. */
export interface Asked {
  readonly at: number
  /** When it had last heard the leader of the term that it was in; undefined if never in this life. */
  readonly heardLeaderAt: number | undefined
  /** When it had last heard one who led then, in whichever of its lives. */
  readonly heardAnyAt: number | undefined
}

const NEVER = { heardLeaderAt: undefined, heardAnyAt: undefined }

/** Who has heard whom, and when, in lives that go on: as seen on the wire, whatever the members make of it. */
export class Contacts {
  private readonly heard = new Map<string, number>()
  private readonly leaders = new Map<string, { readonly term: number; readonly at: number }>()
  private readonly anyLeader = new Map<string, number>()
  private readonly asked = new Map<string, readonly Asked[]>()

  /** @param isCertain - whether it is a message as members send them; what else arrives may be rubbish. */
  delivered(from: TestMember, to: TestMember, message: Message, at: number, isCertain: boolean): void {
    const { life, replica } = to
    this.heard.set(`${life} ${from.id}`, at)
    const isOfLeader = message.type === 'append-entries' || message.type === 'install-snapshot'
    if (isOfLeader && (isCertain || decodeMessage(message).ok)) this.hears(to, message.term, at)
    if (message.type !== 'request-vote') return
    const leader = this.leaders.get(life)
    const isOfNow = leader !== undefined && leader.term === replica?.standing.term
    const heardLeaderAt = isOfNow ? leader.at : undefined
    // who was told to take over by the leader itself disturbs nobody
    const hears = message.transfer ? NEVER : { heardLeaderAt, heardAnyAt: this.anyLeader.get(to.name) }
    const name = nameOf(life, from.id, message.term, message.pre)
    this.asked.set(name, [...(this.asked.get(name) ?? []), { at, ...hears }])
  }

  /** When a life has last heard a member; 0 if never. */
  heardAt(life: string, id: string): number {
    return this.heard.get(`${life} ${id}`) ?? 0
  }

  /** How often a member has asked a life for its vote in a term, or its pre-vote, of which an answer doesn't say which it is to. */
  askedBy(life: string, id: string, term: number, pre: boolean): readonly Asked[] {
    return this.asked.get(nameOf(life, id, term, pre)) ?? []
  }

  private hears({ name, life, replica }: TestMember, term: number, at: number): void {
    this.leaders.set(life, { term, at })
    // one of an older term leads nobody
    if (replica !== undefined && term >= replica.standing.term) this.anyLeader.set(name, at)
  }
}

const nameOf = (life: string, id: string, term: number, pre: boolean): string => `${life} ${id} ${term} ${pre}`
