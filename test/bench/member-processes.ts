import { Asker } from './asking'
import type { MemberQuestions } from './member'
import type { Workshop } from './workshop'

export type MemberProcess = Asker<MemberQuestions>

/** Of which package, and how it is run. */
export interface Kind {
  /** The folder of the package that is measured. */
  readonly root: string
  readonly execArgv?: readonly string[]
}

const nameOf = ({ root, execArgv = [] }: Kind): string => [root, ...execArgv].join(' ')

/**
 * The processes of members. Each member has a new one; only where it has to be quick, one whose host has stopped takes
 * another host, since making them is what takes longest.
 */
export class MemberProcesses {
  private readonly idle = new Map<string, MemberProcess[]>()

  constructor(
    readonly workshop: Workshop,
    private readonly areReused: boolean,
  ) {}

  take(kind: Kind): MemberProcess {
    const { root, execArgv } = kind
    return this.idle.get(nameOf(kind))?.pop() ?? new Asker(this.workshop.fork('member', [root], execArgv))
  }

  /** Ends one that has a host, so that it can leave what it has gathered. */
  async giveBack(kind: Kind, one: MemberProcess): Promise<void> {
    if (!this.areReused) return this.workshop.end(one.child, 'gently')
    await one.ask('stop', undefined)
    this.idle.set(nameOf(kind), [...(this.idle.get(nameOf(kind)) ?? []), one])
  }
}
