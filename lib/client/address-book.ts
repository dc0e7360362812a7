import type { Random } from '../../streams/contracts/clock.js'

function shuffled<T>(list: readonly T[], random: Random): readonly T[] {
  return list
    .map(item => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/**
 * Where members may be: those of the roster, once it is known, and those that one was told of at first, who may know it
 * where nobody of the roster is to be reached any more. Each is tried once a round, in any order, so that clients spread.
 */
export class AddressBook {
  private roster: readonly string[] = []
  private round: readonly string[] = []

  constructor(
    private readonly seeds: readonly string[],
    private readonly random: Random,
  ) {}

  get size(): number {
    return new Set([...this.roster, ...this.seeds]).size
  }

  learn(roster: readonly string[]): void {
    this.roster = roster
    this.round = []
  }

  /** Whom to try next; `last` is not tried again at once, where there is anyone else. */
  next(last: string | undefined): string {
    if (this.round.length === 0) this.round = this.anew(last)
    const [next = '', ...rest] = this.round
    this.round = rest
    return next
  }

  private anew(last: string | undefined): readonly string[] {
    const { roster, seeds, random } = this
    const others = seeds.filter(seed => !roster.includes(seed))
    const all = [...shuffled(roster, random), ...shuffled(others, random)]
    return [...all.filter(address => address !== last), ...all.filter(address => address === last)]
  }
}
