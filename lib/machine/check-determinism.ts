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

const CHANGED = 'changed the command that it was given'

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

/** A copy of a command, where rows can hold it. */
function keptOf<Command>(command: Command): readonly [Command] | undefined {
  try {
    return [copyOf(command)]
  } catch {
    return undefined
  }
}

function isStill(command: unknown, kept: readonly [unknown] | undefined): boolean {
  try {
    return kept === undefined || areEqual(command, kept[0])
  } catch {
    // it could be written before
    return false
  }
}

type Outcome<R> = { readonly reply: R } | { readonly cause: unknown }

function outcomeOf<R>(work: () => R): Outcome<R> {
  try {
    return { reply: work() }
  } catch (cause) {
    return { cause }
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What has been answered twice; what has failed twice alike is thrown, as it would be without a check. */
function bothOf<R>(one: Outcome<R>, again: Outcome<R>, wrong: (what: string, cause?: unknown) => KayakError): [R, R] {
  if ('cause' in one) {
    if ('reply' in again) throw wrong('failed, and did not when it was applied again', one.cause)
    if (messageOf(one.cause) !== messageOf(again.cause)) throw wrong('failed in two ways', one.cause)
    throw one.cause
  }
  if ('cause' in again) throw wrong('failed when it was applied again', again.cause)
  return [one.reply, again.reply]
}

/**
 * An `apply` that does everything twice, for tests: on the state that it is given, and on a copy of it, with another clock
 * and other chance. What isn't the same, the state or the answer, errors with `KAYAK_NONDETERMINISTIC`, and so does a
 * state or a command that `apply` has changed in place; each names the entry and the command. So does an `apply` that fails
 * one time only, or with two messages; an error that comes both times is thrown as it is. Whether a command has changed is
 * looked at where `toRows` can write it.
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
    const [before, other, kept] = [copy(state), copy(state), keptOf(command)]
    // what it was, whatever has become of it
    const wrong = (what: string, cause?: unknown) => fault(what, kept === undefined ? command : kept[0], context, cause)
    const on = (given: State) => outcomeOf(() => replyOf(apply(given, command, anew(context))))
    const [first, second] = inTwoPlaces(
      () => {
        const outcome = on(state)
        if (!('cause' in outcome) && !equal(state, before)) throw wrong('changed the state that it was given')
        return outcome
      },
      () => on(other),
    )
    const isChanged = !isStill(command, kept)
    const [one, again] = bothOf(first, second, (what, cause) =>
      isChanged ? wrong(CHANGED, cause) : wrong(what, cause),
    )
    if (isChanged) throw wrong(CHANGED)
    if (!equal(one.state, again.state)) throw wrong('made two different states of one')
    if (!equal(one.value, again.value)) throw wrong('was answered in two ways')
    // it has answered, if it has, with what its type says
    return one as ReturnType<ApplyCommand<State, Command, Result>>
  }
}
