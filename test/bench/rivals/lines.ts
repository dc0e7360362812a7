import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Load } from '../closed-loop'

export interface Question extends Partial<Load> {
  readonly call: string
  readonly bytes?: number
  readonly peers?: readonly string[]
}

interface Told {
  readonly value?: unknown
  readonly error?: string
}

/** Asks one of the programs beside this file, by a line of JSON each way; one question at a time. */
export function askingLines(child: ChildProcess): (question: Question) => Promise<unknown> {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('The process has no input or output.')
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return async question => {
    stdin.write(`${JSON.stringify(question)}\n`)
    const next = await lines.next()
    if (next.done === true) throw new Error('The process has ended.')
    // a line of loop.go
    const { value, error } = JSON.parse(next.value) as Told
    if (error !== undefined) throw new Error(error)
    return value
  }
}
