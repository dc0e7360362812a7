import type { Options } from 'kayak'
import type { Kind, MemberProcess, MemberProcesses } from './member-processes'

export interface Placing extends Kind {
  readonly storage: string
  /** Entries after which members compact their logs; 0, as by default, for never. */
  readonly compactEntries?: number
  /** What the hosts are given. */
  readonly options?: Options
}

/** Which one, a member's folder remembers. */
const ANY_PORT = '127.0.0.1:0'

/** One member: a folder, and the process that runs on it. */
export class Member {
  private process: MemberProcess
  address = ANY_PORT
  private dataDir: string

  constructor(
    private readonly processes: MemberProcesses,
    private readonly placing: Placing,
    private readonly name: string,
  ) {
    this.dataDir = this.newFolder()
    this.process = processes.take(placing)
  }

  get ask(): MemberProcess['ask'] {
    return this.process.ask.bind(this.process)
  }

  /** Opens a host, in a process that has none, and gives the milliseconds that it has taken. */
  async open(peers?: readonly string[]): Promise<number> {
    const { storage, options = {}, compactEntries = 0 } = this.placing
    const { dataDir, address } = this
    const where = { storage, dataDir, address, options, compactEntries }
    const opened = await this.ask('open', peers === undefined ? where : { ...where, peers })
    this.address = opened.address
    return opened.tookMs
  }

  kill(): Promise<void> {
    return this.processes.workshop.end(this.process.child)
  }

  /** Opens its folder in a new process. */
  async restart(): Promise<number> {
    this.process = this.processes.take(this.placing)
    return this.open()
  }

  /** Stops its host, and lets go of what that was. */
  async renew(): Promise<void> {
    await this.ask('stop', undefined)
    this.processes.workshop.remove(this.dataDir)
    this.dataDir = this.newFolder()
    this.address = ANY_PORT
  }

  /** Stops its host and ends its process; the folder stays. */
  async stop(): Promise<void> {
    await this.ask('stop', undefined)
    await this.kill()
  }

  async close(): Promise<void> {
    await this.processes.giveBack(this.placing, this.process)
    this.processes.workshop.remove(this.dataDir)
  }

  private newFolder(): string {
    return this.processes.workshop.folder(`${this.placing.storage}-${this.name}`)
  }
}

/** Members in processes of their own. */
export class Cluster {
  private constructor(readonly members: readonly Member[]) {}

  /** Grows one. */
  static async grow(processes: MemberProcesses, placing: Placing, size = 3): Promise<Cluster> {
    const cluster = new Cluster(Array.from({ length: size }, (_, at) => new Member(processes, placing, `${at + 1}`)))
    await cluster.found()
    return cluster
  }

  /** Puts another cluster in its place, in the same processes and new folders. */
  async renew(): Promise<void> {
    await Promise.all(this.members.map(member => member.renew()))
    await this.found()
  }

  /** Who leads, once somebody does. */
  async leader(): Promise<Member> {
    for (;;) {
      for (const member of this.members) if ((await member.ask('view', undefined)).role === 'leader') return member
    }
  }

  /** Who leads, and the others. */
  async parts(): Promise<{ readonly leader: Member; readonly followers: readonly Member[] }> {
    const leader = await this.leader()
    return { leader, followers: this.members.filter(member => member !== leader) }
  }

  /** The first member founds it, the others join. */
  private async found(): Promise<void> {
    const [first, ...others] = this.members
    await first?.open()
    for (const member of others) await member.open([first?.address ?? ''])
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(member => member.close()))
  }
}
