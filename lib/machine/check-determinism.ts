import { KayakError } from '../../streams/contracts/errors.js'
import { contextOf, type CommandContext } from './context.js'
import { inTwoPlaces } from './elsewhere.js'
import { areEqual, copyOf } from './plain-values.js'
import { replyOf, type ApplyCommand } from './transition.js'

/** How states are copied, and states and results compared, where `toRows` can't write them. */
export interface DeterminismCheck<State> {
  /** A copy that shares nothing that may be changed. */
  readonly copy?: (state: State) => State
  /** Whether two states, or two results, are the same. */
  readonly equal?: (one: unknown, other: unknown) => boolean
}

const MOST_SAID = 200

function described(command: unknown): string {
  try {
    const text = JSON.stringify(command, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    return text.length > MOST_SAID ? `${text.slice(0, MOST_SAID)}…` : text
  } catch {
    return String(command)
  }
}

function fault(what: string, command: unknown, { index }: CommandContext, cause?: unknown): KayakError {
  const message = `The command ${described(command)} of entry ${index} ${what}.`
  return new KayakError('KAYAK_NONDETERMINISTIC', message, { outcome: 'unknown', index, cause })
}

const anew = ({ index, term, now }: CommandContext): CommandContext => contextOf({ index, term, time: now })

/**
 * An `apply` that does everything twice, for tests: on the state that it is given, and on a copy of it, with another clock
 * and other chance. What isn't the same, the state or the answer, errors with `KAYAK_NONDETERMINISTIC`, and so does a
 * state that `apply` has changed in place; each names the entry and the command.
 *
 * It takes as long as writing and reading the state for each command. While `apply` runs, `Date` and `Math.random` of the
 * process are others.
 *
 * What is kept outside of the state shows itself where it makes a difference from one call to the next. It can't be seen
 * where it makes one between members only: an environment variable, a locale, the version of a library.
 */
export function checkDeterminism<State, Command, Result>(
  apply: ApplyCommand<State, Command, Result>,
  { copy = copyOf, equal = areEqual }: DeterminismCheck<State> = {},
): ApplyCommand<State, Command, Result> {
  return (state, command, context) => {
    const [before, other] = [copy(state), copy(state)]
    const first = () => replyOf(apply(state, command, anew(context)))
    const second = () => {
      if (!equal(state, before)) throw fault('changed the state that it was given', command, context)
      try {
        return replyOf(apply(other, command, anew(context)))
      } catch (cause) {
        throw fault('failed when it was applied again', command, context, cause)
      }
    }
    const [one, again] = inTwoPlaces(first, second)
    if (!equal(one.state, again.state)) throw fault('made two different states of one', command, context)
    if (!equal(one.value, again.value)) throw fault('was answered in two ways', command, context)
    // it has answered, if it has, with what its type says
    return one as ReturnType<ApplyCommand<State, Command, Result>>
  }
}
