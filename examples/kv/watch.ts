import { defer, filter, map, pipe, type Observable } from 'rxjs'
import { transition, type Host, type Step } from 'kayak'
import { fromRows, project, withSnapshot } from 'kayak/streams'
import { apply, empty, type Answer, type Command, type Store } from './store.js'

export interface Change {
  readonly version: number
  readonly key: string
  /** Undefined where it was deleted. */
  readonly value: string | undefined
}

/** A state, with the entry that has made it so and what was answered: that is what tells whether anything has changed. */
type Made = Step<Store, Command, Answer | undefined>

const initial: Made = { state: empty }
const restore = pipe(
  fromRows<Store>(),
  map((state): Made => ({ state })),
)

/** What was to be told of is in a snapshot, which knows what there is, but not how it has become so. */
export class Gone extends Error {
  constructor(readonly version: number) {
    super(`Changes are known from version ${version + 1} on: read what there is, and watch from there.`)
  }
}

/**
 * Every change from a version on, history first, then live, without a gap or a double. What was refused is in the log too,
 * so the log is folded as the store folds it: from the newest snapshot, silently up to where somebody listens.
 */
export function changes$(host: Host<Command>, from: number): Observable<Change> {
  return defer(() => {
    let next = from
    return withSnapshot(host, { initial, restore }, (begun, entry$) => {
      // at the beginning, or where the leader has sent a snapshot instead of what was to come
      if (begun.index >= next) throw new Gone(begun.index)
      return entry$.pipe(
        project(begun.state, transition(apply)),
        filter(({ index, state: { value } }) => index >= next && value?.isDone === true),
        map(({ index, state: { entry } }) => {
          next = index + 1
          return changeOf(index, entry?.payload)
        }),
      )
    })
  })
}

const changeOf = (version: number, command: Command | undefined): Change => ({
  version,
  key: command?.key ?? '',
  value: command?.type === 'put' ? command.value : undefined,
})
