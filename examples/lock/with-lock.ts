import { exhaustMap, filter, firstValueFrom, interval, race, timer } from 'rxjs'
import type { Holding, LockMachine } from './locks.js'

export interface Wish {
  readonly name: string
  /** Unique: who asks again under the same name is the same owner. */
  readonly owner: string
  readonly leaseMs: number
}

/**
 * Gets the lock, does the work, and gives the lock back. The lease is renewed meanwhile; `signal` is aborted where it turns
 * out to be lost. By then somebody else may have the lock already: whatever the work acts on has to look at the token.
 */
export async function withLock<R>(
  locks: LockMachine,
  wish: Wish,
  work: (token: number, signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const { name, leaseMs } = wish
  const { token } = await acquired(locks, wish)
  const lost = new AbortController()
  const renewing = interval(leaseMs / 3)
    .pipe(exhaustMap(() => locks.propose({ type: 'renew', name, token, leaseMs })))
    .subscribe({ next: ({ isDone }) => isDone || lost.abort(), error: () => lost.abort() })
  try {
    return await work(token, lost.signal)
  } finally {
    renewing.unsubscribe()
    await locks.propose({ type: 'release', name, token })
  }
}

async function acquired(locks: LockMachine, wish: Wish): Promise<Holding> {
  for (;;) {
    const { isDone, holding } = await locks.propose({ type: 'acquire', ...wish })
    if (isDone && holding !== undefined) return holding
    // until it is given back, or might have run out
    const free$ = locks.state$.pipe(filter(state => state.get(wish.name)?.token !== holding?.token))
    await firstValueFrom(race(free$, timer(wish.leaseMs)))
  }
}
