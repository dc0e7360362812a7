import type { ChildProcess } from 'node:child_process'

/** By name, what is asked with a question and what is answered. */
export type Asked<Q> = { readonly [name in keyof Q]: readonly [what: unknown, answer: unknown] }

interface Telling {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

interface Asking {
  readonly id: number
  readonly ask: string
  readonly what: unknown
}

/** Asks a process that answers by {@link answering}. */
export class Asker<Q extends Asked<Q>> {
  private readonly waiting = new Map<number, PromiseWithResolvers>()
  private count = 0
  private isGone = false

  constructor(readonly child: ChildProcess) {
    child.on('message', (told: Telling) => {
      const waiting = this.waiting.get(told.id)
      this.waiting.delete(told.id)
      if (told.error === undefined) waiting?.resolve(told.value)
      else waiting?.reject(new Error(told.error))
    })
    child.on('exit', () => {
      this.isGone = true
      for (const { reject } of this.waiting.values()) reject(new Error('The process has ended.'))
      this.waiting.clear()
    })
  }

  ask<N extends keyof Q & string>(ask: N, what: Q[N][0]): Promise<Q[N][1]> {
    return new Promise((resolve, reject) => {
      if (this.isGone) return reject(new Error('The process has ended.'))
      const id = ++this.count
      this.waiting.set(id, { resolve, reject })
      this.child.send({ id, ask, what } satisfies Asking, error => error !== null && reject(error))
    })
  }
}

interface PromiseWithResolvers {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export type Answers<Q extends Asked<Q>> = {
  readonly [name in keyof Q]: (what: Q[name][0]) => Q[name][1] | Promise<Q[name][1]>
}

/** Answers whoever has forked this process, until he lets go of it. */
export function answering<Q extends Asked<Q>>(answers: Answers<Q>): void {
  const tell = (told: Telling): void => {
    if (process.connected) process.send?.(told)
  }
  process.on('message', ({ id, ask, what }: Asking) => {
    const answer = async (): Promise<unknown> => {
      // only questions of this kind are asked
      return answers[ask as keyof Q](what)
    }
    answer().then(
      value => tell({ id, value }),
      (error: unknown) => tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
