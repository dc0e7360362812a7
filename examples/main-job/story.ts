import { filter, firstValueFrom, map } from 'rxjs'
import type { HostEvent, Payload } from 'kayak'
import { differences, expectedLines } from './compare.js'
import type { Crew, Report, Sailor } from './crew.js'
import { Feed } from './feed.js'
import { dim, headline, painted, progress, say, shown } from './paint.js'

/** So many lines are printed at most, evenly spread, when the input is long. */
const MOST_PRINTED = 250

export interface Findings {
  /** What some member holds that it should not, or lacks. */
  readonly differences: readonly string[]
  readonly verdict: string
}

/** What happens in the main job, scene by scene. */
export class Story {
  /** Rejects when a member fails that should not, or an append does. */
  readonly failed: Promise<never>
  private readonly feed: Feed
  private readonly begun = performance.now()
  private printedUpTo = 0
  private count = 0

  constructor(
    private readonly crew: Crew,
    private readonly lines: readonly Payload[],
  ) {
    this.feed = new Feed(lines, crew)
    this.failed = new Promise((_, reject) => {
      crew.reports$.subscribe({ next: report => this.tell(report), error: reject })
      this.feed.acknowledged$.subscribe({
        next: count => {
          if (count > 0) progress(count, lines.length, 'lines acknowledged')
        },
        error: reject,
      })
    })
  }

  async run(): Promise<Findings> {
    await this.grow()
    const killed = await this.killLeader()
    await this.restart(killed)
    const compacted = await this.compact()
    const fourth = await this.joinFromSnapshot()
    await this.closeLeader()
    await this.feed.reached(1)
    return this.compare(fourth, compacted)
  }

  private async grow(): Promise<void> {
    this.scene('A cluster is grown: one member founds it, two join')
    const first = await this.crew.muster('a')
    this.introduce(first, 'founds a cluster')
    for (const name of ['b', 'c']) this.introduce(await this.crew.muster(name, [first.self.address]), 'joins')
    this.scene('Lines are appended on all members, and each commit is printed')
    this.feed.open(0.6)
    await this.feed.reached(0.4)
  }

  private async killLeader(): Promise<Sailor> {
    const leader = this.crew.leader
    const { inFlight } = this.feed
    const elected = this.elected(leader)
    leader.kill()
    this.scene(`The leader's process is killed with SIGKILL, with ${inFlight} lines in flight`)
    say(`  ${painted(leader.name)} pid ${leader.pid} ended by ${await leader.ended}`)
    const killedAt = performance.now()
    const successor = await elected
    say(`  ${painted(successor.name)} leads, ${(performance.now() - killedAt).toFixed(0)} ms after the kill`)
    await this.feed.reached(0.6)
    say(`  ${this.feed.retried} lines were tried again through another member, under the same numbers`)
    return leader
  }

  private async restart(killed: Sailor): Promise<void> {
    this.scene('It is started again from its folder, while appends go on')
    this.feed.open(0.8)
    const sailor = await this.crew.muster(killed.name)
    const target = this.feed.head
    say(`  ${painted(sailor.name)} is back as pid ${sailor.pid} with the log up to ${sailor.head}`)
    await sailor.ask('reach', target)
    say(`  ${painted(sailor.name)} has caught up: its machine holds all that was acknowledged, up to ${target}`)
    await this.feed.reached(0.8)
  }

  private async compact(): Promise<readonly number[]> {
    this.scene('Every member replaces its log by a snapshot of its machine')
    const { head } = this.feed
    return Promise.all(
      this.crew.sailors.map(async sailor => {
        await sailor.ask('reach', head)
        const { index, bytes } = await sailor.ask('compact', undefined)
        say(`  ${painted(sailor.name)} has compacted up to ${index}, to ${bytes} bytes`)
        return index
      }),
    )
  }

  private async joinFromSnapshot(): Promise<Sailor> {
    this.scene('A fourth member joins, and is sent the snapshot')
    this.feed.open(0.9)
    const addresses = this.crew.sailors.map(({ self }) => self.address)
    const sailor = await this.crew.muster('d', addresses)
    this.introduce(sailor, 'joins')
    await this.feed.reached(0.9)
    return sailor
  }

  private async closeLeader(): Promise<void> {
    const { leader } = this.crew
    this.scene('The leader leaves by close(): it hands over, is removed, and its process ends')
    const elected = this.elected(leader)
    this.crew.retire(leader)
    leader.expectEnd()
    await leader.ask('close', undefined)
    say(`  ${painted(leader.name)} has left; its process ended with ${await leader.ended}`)
    say(`  ${painted((await elected).name)} leads now, and the cluster is ${this.roster()}`)
    this.feed.open(1)
  }

  private async compare(fourth: Sailor, compacted: readonly number[]): Promise<Findings> {
    this.scene("Each member's machine is compared with the input, line by line")
    const expected = expectedLines(this.lines, this.feed.indexes)
    const found: string[] = []
    for (const sailor of this.crew.sailors) {
      await sailor.ask('reach', this.feed.head)
      const differs = await differences(sailor, expected)
      found.push(...differs)
      say(`  ${painted(sailor.name)} ${differs.length === 0 ? `holds all ${expected.length} lines` : 'differs'}`)
    }
    const { restoredFrom } = await fourth.ask('status', undefined)
    if (compacted.includes(restoredFrom))
      say(
        `  ${painted(fourth.name)} began with the snapshot at ${restoredFrom} and listened from ${restoredFrom + 1} on`,
      )
    else found.push(`${fourth.name} began at ${restoredFrom}, where no member has a snapshot`)
    const count = this.lines.length
    const members = this.crew.sailors.length
    const verdict = `${count} lines acknowledged, ${count} committed once, in one order, on ${members} members`
    return { differences: found, verdict }
  }

  private introduce({ name, pid, self }: Sailor, does: string): void {
    say(`  ${painted(name)} ${does}: pid ${pid}, ${self.address}, id ${self.id.slice(0, 8)}`)
  }

  private roster(): string {
    return this.crew.sailors.map(({ name }) => painted(name)).join(', ')
  }

  /** Resolves when the members follow another one. */
  private elected(before: Sailor): Promise<Sailor> {
    const successor$ = this.crew.reports$.pipe(
      map(() => this.crew.leader),
      filter(leader => leader !== before),
    )
    return firstValueFrom(successor$)
  }

  private scene(title: string): void {
    const seconds = (performance.now() - this.begun) / 1000
    headline(title, `${seconds.toFixed(1)} s`)
  }

  private tell({ from, told }: Report): void {
    const name = painted(from.name)
    if (told.tell === 'event') say(`  ${name} ${dim(described(told.event))}`)
    else if (told.tell === 'leader') {
      const whom = this.crew.withId(told.leader?.id)
      if (whom !== from) say(`  ${name} ${dim(whom === undefined ? 'has no leader' : `follows ${whom.name}`)}`)
    } else if (told.tell === 'committed') for (const { index, payload } of told.lines) this.print(index, payload)
  }

  /** Each commit is printed once, whoever tells of it first. */
  private print(index: number, payload: Payload): void {
    if (index <= this.printedUpTo) return
    this.printedUpTo = index
    const isPrinted = this.count++ % Math.ceil(this.lines.length / MOST_PRINTED) === 0
    if (isPrinted) say(`${dim(String(index).padStart(7))}  ${shown(payload)}`)
  }
}

function described(event: HostEvent): string {
  switch (event.type) {
    case 'election-started':
      return `asks for ${event.phase === 'vote' ? 'votes' : 'a pre-vote'} in term ${event.term} (${event.why})`
    case 'leader-elected':
      return `is elected in term ${event.term}`
    case 'stepped-down':
      return `steps down in term ${event.term} (${event.why})`
    case 'transfer-started':
      return 'hands the leadership over'
    default:
      return event.type
  }
}
