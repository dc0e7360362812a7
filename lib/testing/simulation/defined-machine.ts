import { map, of, type Observable } from 'rxjs'
import { KayakError } from '../../../streams/contracts/errors.js'
import { fromRows } from '../../../streams/operators/from-rows.js'
import { toRows } from '../../../streams/operators/to-rows.js'
import { contextOf } from '../../machine/context.js'
import type { MachineDefinition } from '../../machine/definition.js'
import { replyOf } from '../../machine/transition.js'
import type { SimulatedMachine } from './machine.js'

type Defined<State, Input, Output> = Pick<
  MachineDefinition<State, Input, Output>,
  'initial' | 'apply' | 'snapshot' | 'restore'
>

/** What a stream gives at once: in virtual time nothing else would come. */
function atOnce<T>(source$: Observable<T>, what: string): readonly T[] {
  const values: T[] = []
  let end: 'none' | 'complete' | { readonly error: unknown } = 'none'
  source$.subscribe({
    next: value => values.push(value),
    error: (error: unknown) => (end = { error }),
    complete: () => (end = 'complete'),
  })
  // set while it was subscribed to, which the compiler doesn't see
  const ended = end as 'none' | 'complete' | { readonly error: unknown }
  if (ended === 'none')
    throw new KayakError('KAYAK_INVALID', `${what} takes its time, and a simulation has none: leave out such stages.`)
  if (ended !== 'complete') throw ended.error
  return values
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

/**
 * Machines for a simulation, as `machine()` defines them: the same `apply`, `snapshot` and `restore`. What is proposed and
 * what is answered is carried as JSON. Stages of snapshots that take their time, such as `gzip`, have to be left out.
 *
 * @param read - what is answered to who only asks.
 */
export const simulatedMachine =
  <State, Input, Output>(
    { initial, apply, snapshot = toRows(), restore = fromRows<State>() }: Defined<State, Input, Output>,
    read: (state: State, input: Input) => Output,
  ) =>
  (): SimulatedMachine<Input, Output | undefined> => {
    let state = initial
    return {
      apply: (input, entry) => {
        const replied = replyOf(apply(state, input, contextOf(entry)))
        state = replied.state
        return replied.value
      },
      read: input => read(state, input),
      snapshot: () => joined(atOnce(of(state).pipe(snapshot), 'snapshot')),
      restore: bytes => {
        const [held] = atOnce(
          of(bytes).pipe(
            restore,
            map(value => ({ value })),
          ),
          'restore',
        ).slice(-1)
        if (held === undefined) throw new KayakError('KAYAK_UNREADABLE', 'The snapshot was restored to no state.')
        state = held.value
      },
    }
  }
