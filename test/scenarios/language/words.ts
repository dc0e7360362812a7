import type { TestMember } from '../../../lib/testing/cluster/index.js'
import { ScenarioError, type Place } from './error.js'

/** The words of one command, read from the left; whatever is missing, unknown or left over is an error with its place. */
export class Words {
  private at = 0

  constructor(
    readonly place: Place,
    private readonly words: readonly string[],
    private readonly cast: () => readonly TestMember[],
  ) {}

  fail(why: string): never {
    throw new ScenarioError(this.place, why)
  }

  get isAtEnd(): boolean {
    return this.at >= this.words.length
  }

  /** The next word, which isn't read by this. */
  get ahead(): string | undefined {
    return this.words[this.at]
  }

  word(what: string): string {
    const word = this.words[this.at++]
    return word ?? this.fail(`${what} is missing at the end.`)
  }

  /** Reads a word if it is the next one. */
  takes(word: string): boolean {
    if (this.ahead !== word) return false
    this.at++
    return true
  }

  must(word: string): void {
    if (!this.takes(word)) this.fail(`'${word}' is expected instead of '${this.ahead ?? 'the end'}'.`)
  }

  oneOf<T extends string>(what: string, choice: readonly T[]): T {
    const word = this.word(what)
    return choice.find(one => one === word) ?? this.fail(`'${word}' is no ${what}: ${choice.join(', ')}.`)
  }

  text(what: string): string {
    const word = this.word(what)
    return word.startsWith('"') ? word.slice(1) : this.fail(`${what} is a text in quotes, not '${word}'.`)
  }

  texts(): readonly string[] {
    const texts: string[] = []
    while (this.ahead?.startsWith('"') === true) texts.push(this.text('a text'))
    return texts
  }

  number(what: string): number {
    const word = this.word(what)
    return /^\d+(\.\d+)?$/.test(word) ? Number(word) : this.fail(`${what} is a number, not '${word}'.`)
  }

  duration(what: string): number {
    const word = this.word(what)
    const ms = /^(\d+)ms$/.exec(word)?.[1]
    return ms === undefined ? this.fail(`${what} is a time such as 200ms, not '${word}'.`) : Number(ms)
  }

  member(): TestMember {
    const word = this.word('A member')
    return this.find(word) ?? this.fail(`There is no member '${word}': ${this.names()}.`)
  }

  /** All members that come next; `all` names all of them. */
  members(): readonly TestMember[] {
    if (this.takes('all')) return this.cast()
    const members: TestMember[] = []
    while (this.ahead !== undefined && this.find(this.ahead) !== undefined) members.push(this.member())
    return members
  }

  /** At least one member. */
  someMembers(): readonly TestMember[] {
    const members = this.members()
    return members.length > 0 ? members : [this.member()]
  }

  end(): void {
    if (this.ahead !== undefined) this.fail(`'${this.ahead}' is not understood here.`)
  }

  private find(name: string): TestMember | undefined {
    return this.cast().find(member => member.name === name)
  }

  private names(): string {
    const names = this.cast().map(({ name }) => name)
    return names.length === 0 ? 'there are none yet' : names.join(', ')
  }
}
