/** A distributed lock with fencing tokens, and work that is done on whoever leads. */
import { setTimeout as pause } from 'node:timers/promises'
import { catchError, EMPTY, exhaustMap, filter, firstValueFrom, merge, tap, timer, type Subscription } from 'rxjs'
import type { Host } from 'kayak'
import { whileLeader } from 'kayak/streams'
import { claim, onStage, say, type Stage } from '../common/stage.js'
import { leaderOf, trio } from '../common/trio.js'
import { Drawer } from './drawer.js'
import { codec, locksOn, type Command, type LockMachine } from './locks.js'
import { withLock } from './with-lock.js'

const isRefused = (work: () => unknown): boolean => {
  try {
    work()
    return false
  } catch {
    return true
  }
}

/** Two count on, on different members, each reading and then writing: without the lock they would lose some. */
async function taking(turns: number, ann: LockMachine, bob: LockMachine): Promise<void> {
  const drawer = new Drawer()
  const count = async (locks: LockMachine, owner: string): Promise<void> => {
    for (let turn = 0; turn < turns; turn++)
      await withLock(locks, { name: 'drawer', owner, leaseMs: 10_000 }, async token => {
        const before = drawer.read(token)
        await pause(1)
        drawer.write(token, before + 1)
      })
  }
  await Promise.all([count(ann, 'ann'), count(bob, 'bob')])
  claim(`two who take turns have counted to ${2 * turns}`, drawer.read(Infinity) === 2 * turns)
}

/** Ann is held up for longer than her lease lasts, and doesn't know. */
async function lateHolder(ann: LockMachine, bob: LockMachine): Promise<void> {
  const drawer = new Drawer()
  const { holding } = await ann.propose({ type: 'acquire', name: 'drawer', owner: 'ann', leaseMs: 100 })
  const old = holding?.token ?? 0
  await withLock(bob, { name: 'drawer', owner: 'bob', leaseMs: 100 }, token => {
    drawer.write(token, 2)
    claim('bob has got the lock when the lease of ann had run out, with a greater token', token > old)
    return Promise.resolve()
  })
  claim(
    'ann, who believes to have it still, is refused',
    isRefused(() => drawer.write(old, 1)),
  )
}

/** On each member; the one that leads is at it, and does it with its term. Who is refused has been followed by another. */
function sweeping(hosts: readonly Host<Command>[], machines: readonly LockMachine[], drawer: Drawer): Subscription {
  const works = hosts.map((host, at) =>
    whileLeader(host, term =>
      timer(0, 20).pipe(
        tap(() => drawer.write(term, at)),
        exhaustMap(async () => machines[at]?.propose({ type: 'sweep', term })),
        catchError(() => EMPTY),
      ),
    ),
  )
  return merge(...works).subscribe()
}

async function leaderWork(hosts: readonly Host<Command>[], machines: readonly LockMachine[], ann: LockMachine) {
  const drawer = new Drawer()
  const work = sweeping(hosts, machines, drawer)
  await ann.propose({ type: 'acquire', name: 'forgotten', owner: 'ann', leaseMs: 1 })
  await firstValueFrom(ann.state$.pipe(filter(locks => !locks.has('forgotten'))))
  say('whoever leads has taken away a lock that nobody has renewed')

  const leader = await leaderOf(hosts)
  const { term } = leader
  await leader.transferLeadership()
  const next = await firstValueFrom(drawer.greatest$.pipe(filter(greatest => greatest > term)))
  say(`the leadership has moved on, from term ${term} to ${next}, and the work with it`)
  const { isDone } = await ann.propose({ type: 'sweep', term })
  claim('what the old leader appends too late is passed over, by its term', !isDone)
  claim(
    'what it does elsewhere is refused, by its term',
    isRefused(() => drawer.write(term, 0)),
  )
  work.unsubscribe()
}

async function play(stage: Stage): Promise<void> {
  await using cluster = await trio<Command>(stage, () => ({ codec }))
  const machines = cluster.hosts.map(locksOn)
  const [ann, bob] = machines
  if (ann === undefined || bob === undefined) throw new Error('There are three.')
  await taking(10, ann, bob)
  await lateHolder(ann, bob)
  await leaderWork(cluster.hosts, machines, ann)
}

export const run = (args: readonly string[]): Promise<number> => onStage(args, play)
