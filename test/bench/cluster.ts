import { Asker } from './asking'
import type { Consuming } from './consumer'
import type { MemberQuestions, Opening } from './member'
import type { Workshop } from './workshop'
import type { Options } from 'kayak'

export interface Placing {
  /** The folder of the package that is measured. */
  readonly root: string
  readonly storage: string
  readonly members: number
  readonly consuming: Consuming
  /** What the hosts are given. */
  readonly options?: Options
  readonly counted?: boolean
  /** For the processes of the members. */
  readonly execArgv?: readonly string[]
}

/** One member: a folder, and the process that runs on it. */
export class Member {
  asker: Asker<MemberQuestions>
  address = ''
  readonly dataDir: string
  /** How long its last opening has taken. */
  tookMs = 0

  constructor(
    private readonly workshop: Workshop,
    private readonly placing: Placing,
    readonly name: string,
  ) {
    this.dataDir = workshop.folder(`${placing.storage}-${name}`)
    this.asker = this.process()
  }

  get ask(): Asker<MemberQuestions>['ask'] {
    return this.asker.ask.bind(this.asker)
  }

  /** Opens a host, in a process that has none. */
  async open(peers?: readonly string[], consuming = this.placing.consuming): Promise<void> {
    const { storage, options, counted } = this.placing
    const opening: Opening = {
      storage,
      dataDir: this.dataDir,
      consuming,
      ...(peers === undefined ? {} : { peers }),
      ...(this.address === '' ? {} : { address: this.address }),
      ...(options === undefined ? {} : { options }),
      ...(counted === undefined ? {} : { counted }),
    }
    const { address, tookMs } = await this.ask('open', opening)
    this.address = address
    this.tookMs = tookMs
  }

  kill(): Promise<void> {
    return this.workshop.end(this.asker.child)
  }

  /** A new process on its folder. */
  async restart(peers?: readonly string[]): Promise<void> {
    this.asker = this.process()
    await this.open(peers)
  }

  async close(): Promise<void> {
    await this.workshop.end(this.asker.child, 'gently')
    this.workshop.remove(this.dataDir)
  }

  private process(): Asker<MemberQuestions> {
    const { root, execArgv } = this.placing
    return new Asker<MemberQuestions>(this.workshop.fork('member', [root], execArgv))
  }
}

/** Members in processes of their own. */
export class Cluster {
  private constructor(readonly members: readonly Member[]) {}

  /** Grows one: the first member founds it, the others join. */
  static async grow(workshop: Workshop, placing: Placing): Promise<Cluster> {
    const members = Array.from(
      { length: placing.members },
      (_, at) => new Member(workshop, placing, `member-${at + 1}`),
    )
    const [first, ...others] = members
    await first?.open()
    for (const member of others) await member.open([first?.address ?? ''])
    return new Cluster(members)
  }

  /** Who leads, once somebody does. */
  async leader(): Promise<Member> {
    for (;;) {
      for (const member of this.members) if ((await member.ask('view', undefined)).role === 'leader') return member
    }
  }

  async followers(): Promise<readonly Member[]> {
    const leader = await this.leader()
    return this.members.filter(member => member !== leader)
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(member => member.close()))
  }
}
