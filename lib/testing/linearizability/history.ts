/** One operation as its caller has seen it. Times are of one clock that all callers share. */
export interface Call<Input, Output> {
  readonly input: Input
  readonly invokedAt: number
  /**
   * - `done`: it was answered at `settledAt` with `output`, and took effect between.
   * - `unknown`: it may have taken effect at any time since it was invoked, or may yet, or never.
   * - `rejected`: it has had no effect and never will.
   */
  readonly outcome: 'done' | 'unknown' | 'rejected'
  readonly settledAt?: number
  /** What it was answered with; left out, it is not compared. */
  readonly output?: Output
}

/** The beginning or the end of a call in a list in order of time, from which both are lifted while it is placed. */
export interface Mark<Input, Output> {
  readonly call: Call<Input, Output>
  /** Position of the call in its history. */
  readonly id: number
  /** For a beginning its end, if it has one; for an end nothing. */
  readonly end: Mark<Input, Output> | undefined
  readonly isEnd: boolean
  before: Mark<Input, Output> | undefined
  after: Mark<Input, Output> | undefined
}

interface Timed<Input, Output> {
  readonly at: number
  readonly mark: Mark<Input, Output>
}

function marksOf<Input, Output>(call: Call<Input, Output>, id: number): Timed<Input, Output>[] {
  const blank = { call, id, before: undefined, after: undefined }
  if (call.outcome !== 'done') return [{ at: call.invokedAt, mark: { ...blank, end: undefined, isEnd: false } }]
  const end: Mark<Input, Output> = { ...blank, end: undefined, isEnd: true }
  const beginning: Mark<Input, Output> = { ...blank, end, isEnd: false }
  return [
    { at: call.invokedAt, mark: beginning },
    { at: call.settledAt ?? Infinity, mark: end },
  ]
}

/** Beginnings come before ends of the same time: calls that touch count as concurrent. */
const inTime = <I, O>(one: Timed<I, O>, other: Timed<I, O>): number =>
  one.at - other.at || Number(one.mark.isEnd) - Number(other.mark.isEnd)

/** The marks of calls in order of time, behind a head of its own. What was rejected never happened. */
export function timeline<Input, Output>(
  calls: readonly Call<Input, Output>[],
): { first: Mark<Input, Output> | undefined } {
  const timed = calls.flatMap((call, id) => (call.outcome === 'rejected' ? [] : marksOf(call, id))).sort(inTime)
  timed.forEach(({ mark }, at) => {
    mark.before = timed[at - 1]?.mark
    mark.after = timed[at + 1]?.mark
  })
  return { first: timed[0]?.mark }
}
