/** A state with what is answered to whoever has proposed the command. */
export class Reply<State, Result> {
  /** Makes it a kind of its own: a state with the same fields is no reply. */
  readonly #isReply = true

  constructor(
    readonly state: State,
    readonly value: Result,
  ) {}

  static is(value: unknown): value is Reply<unknown, unknown> {
    return typeof value === 'object' && value !== null && #isReply in value
  }
}

/**
 * What `apply` returns where it answers: the new state, or the old one, and what `propose` resolves with.
 *
 * A command that can't be carried out is answered too: `reply(balances, { refused: 'ann has only 7' })`. It has committed,
 * on every member, and so it is no error.
 */
export const reply = <State, Result>(state: State, value: Result): Reply<State, Result> => new Reply(state, value)
