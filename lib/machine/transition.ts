import { isKayakError, KayakError } from '../../streams/contracts/errors.js'
import type { Entry } from '../../streams/contracts/host.js'
import type { Apply } from '../../streams/operators/project.js'
import { isThenable } from '../../streams/operators/thenable.js'
import { contextOf, type CommandContext } from './context.js'
import { Reply } from './reply.js'

/**
 * What a command makes of a state, and what is answered where somebody waits for it. Pure: it changes nothing, and takes
 * nothing but what it is given, since every member applies the same commands and must get an equal state.
 */
export type ApplyCommand<State, Command, Result> = (
  state: State,
  command: Command,
  context: CommandContext,
) => State | Reply<State, Result>

/** A state, and what came of the entry that has made it so; without an entry it is one to begin with. */
export interface Step<State, Command, Result> {
  readonly state: State
  readonly entry?: Entry<Command>
  readonly value?: Result
}

/** What an apply has returned, as a reply: one without a value where it answers nothing. */
export function replyOf<State, Result>(returned: State | Reply<State, Result>): Reply<State, Result | undefined> {
  // a reply is told by its class, and then it is of these types; all else is a state
  const given = (Reply.is(returned) ? returned : new Reply(returned, undefined)) as Reply<State, Result | undefined>
  if (isThenable(given.state) || isThenable(given.value))
    throw new KayakError('KAYAK_INVALID', 'apply returned a promise: do what takes time before a command is proposed.')
  return given
}

function failedAt({ index }: Entry<unknown>, cause: unknown): KayakError {
  // which names the entry itself
  if (isKayakError(cause) && cause.code === 'KAYAK_NONDETERMINISTIC') return cause
  return new KayakError('KAYAK_MACHINE_FAILED', `apply failed at entry ${index}.`, { outcome: 'unknown', index, cause })
}

/** `apply` as a projection wants it. What it throws is an error that names the entry. */
export const transition =
  <State, Command, Result>(
    apply: ApplyCommand<State, Command, Result>,
  ): Apply<Step<State, Command, Result | undefined>, Command> =>
  ({ state }, command, entry) => {
    try {
      const replied = replyOf(apply(state, command, contextOf(entry)))
      return { state: replied.state, value: replied.value, entry }
    } catch (cause) {
      throw failedAt(entry, cause)
    }
  }
