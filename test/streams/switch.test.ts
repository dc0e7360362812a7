import { filter, from, map, merge, NEVER, Observable, Subject, switchMap, take, tap } from 'rxjs'
import type { Replica } from '../../streams/replica/replica'
import { roles$ } from '../../streams/roles/switch'
import type { Role, Transition } from '../../streams/roles/transition'
import type { Received } from '../../streams/sources/inbound'

/** As much of a replica as the switch knows: messages go to whoever listens. */
class Post {
  readonly messages = new Subject<Received>()
  readonly standing = { role: 'follower', term: 1 }
  readonly told: string[] = []
  tell = ({ type }: { type: string }): void => void this.told.push(type)
  stand = (change: object): void => void Object.assign(this.standing, change)
  deliver = (message: Received): void => this.messages.next(message)
  /** For the roles, which want a whole one. */
  get replica(): Replica {
    return this as unknown as Replica
  }
}

// as much of a message as a test needs
const message = (id: string) => ({ from: { id, address: '' }, message: { type: 'timeout-now' } }) as unknown as Received
const toFollower = (received: Received): Transition => {
  return { to: 'follower', term: 2, leader: undefined, why: 'newer-term', message: received }
}

/** A role that notes what it handles, and gives way by messages of a name. */
const role =
  (name: string, seen: string[], gives: string, way: (received: Received) => Transition): Role =>
  replica =>
    new Observable<Transition>(subscriber => {
      seen.push(`${name} begins`)
      const { messages } = replica as unknown as Post
      const handling = messages
        .pipe(
          tap(({ from }) => from.id !== gives && seen.push(`${name} handles ${from.id}`)),
          filter(({ from }) => from.id === gives),
          map(way),
        )
        .subscribe(subscriber)
      return () => {
        handling.unsubscribe()
        seen.push(`${name} ends`)
      }
    })

describe('the switch of roles', () => {
  it('ends a role before the next begins, and lets that handle the message that caused it', () => {
    const [post, seen] = [new Post(), [] as string[]]
    const roles = {
      leader: role('leader', seen, 'newer', toFollower),
      follower: role('follower', seen, 'none', toFollower),
      candidate: () => NEVER,
    }
    const emitted: string[] = []
    const running = roles$(post.replica, { to: 'leader' }, roles).subscribe(({ to }) => emitted.push(to))
    post.deliver(message('a'))
    post.deliver(message('newer'))
    post.deliver(message('b'))
    running.unsubscribe()
    expect(seen).toEqual([
      ...['leader begins', 'leader handles a', 'leader ends'],
      ...['follower begins', 'follower handles newer', 'follower handles b', 'follower ends'],
    ])
    expect(emitted).toEqual(['leader', 'follower'])
    expect(post.told).toEqual(['leader-elected', 'stepped-down'])
  })

  it('loses nothing that a plain switchMap would', () => {
    const handled = (begin: (post: Post, seen: string[]) => void): readonly string[] => {
      const [post, seen] = [new Post(), [] as string[]]
      begin(post, seen)
      post.deliver(message('newer'))
      return seen.filter(line => line.includes('handles newer'))
    }
    const rolesOf = (seen: string[]) => ({
      leader: role('leader', seen, 'newer', toFollower),
      follower: role('follower', seen, 'none', toFollower),
      candidate: () => NEVER,
    })
    const plain = handled((post, seen) => {
      const roles = rolesOf(seen)
      const transitions = new Subject<Transition>()
      transitions.pipe(switchMap(transition => roles[transition.to](post.replica, transition))).subscribe(transitions)
      transitions.next({ to: 'leader' })
    })
    expect(plain).toEqual([])
    const kayak = handled((post, seen) => void roles$(post.replica, { to: 'leader' }, rolesOf(seen)).subscribe())
    expect(kayak).toEqual(['follower handles newer'])
  })

  it('takes one transition of a role, whatever else it says', () => {
    const post = new Post()
    const begun: string[] = []
    const twice: Role = () =>
      merge(post.messages, post.messages).pipe(map((): Transition => ({ to: 'candidate', why: 'timeout' })))
    const still: Role = () => {
      begun.push('candidate')
      return NEVER
    }
    roles$(post.replica, { to: 'leader' }, { leader: twice, follower: still, candidate: still }).subscribe()
    post.deliver(message('a'))
    expect(begun).toEqual(['candidate'])
  })

  it('takes one transition of a role that says more as it begins', () => {
    const post = new Post()
    const begun: string[] = []
    const hasty: Role = () => from([{ to: 'candidate', why: 'timeout' } as const, { to: 'leader' } as const])
    const still =
      (name: string): Role =>
      () => {
        begun.push(name)
        return NEVER
      }
    const roles = { follower: hasty, candidate: still('candidate'), leader: still('leader') }
    roles$(post.replica, toFollower(message('x')), roles).subscribe()
    expect([begun, post.standing.role]).toEqual([['candidate'], 'candidate'])
  })

  it('goes on through roles that end as they begin', () => {
    const post = new Post()
    const emitted: string[] = []
    const transitions: Transition[] = [{ to: 'candidate', why: 'timeout' }, { to: 'leader' }]
    const hasty: Role = () =>
      new Observable(subscriber => {
        const next = transitions.shift()
        if (next !== undefined) subscriber.next(next)
      })
    const roles = { follower: hasty, candidate: hasty, leader: hasty }
    roles$(post.replica, toFollower(message('x')), roles).subscribe(({ to }) => emitted.push(to))
    expect([...emitted].sort()).toEqual(['candidate', 'follower', 'leader'])
    expect(post.standing.role).toBe('leader')
  })

  it('releases the role that is on when it is unsubscribed, and when it errors', () => {
    const post = new Post()
    const seen: string[] = []
    const roles = { follower: role('follower', seen, 'none', toFollower), candidate: () => NEVER, leader: () => NEVER }
    roles$(post.replica, toFollower(message('x')), roles)
      .pipe(take(1))
      .subscribe()
    expect(seen.at(-1)).toBe('follower ends')
    const failing: Role = () => new Observable(subscriber => subscriber.error(new Error('It has failed.')))
    let error: unknown
    const all = { ...roles, leader: failing }
    roles$(post.replica, { to: 'leader' }, all).subscribe({ error: (caught: unknown) => (error = caught) })
    expect(error).toEqual(new Error('It has failed.'))
  })
})
