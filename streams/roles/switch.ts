import { Observable, Subscription } from 'rxjs'
import type { Replica } from '../replica/replica.js'
import type { Role, Transition } from './transition.js'

function enter(replica: Replica, transition: Transition): void {
  const { role, term } = replica.standing
  if (transition.to === 'leader') {
    replica.stand({ role: 'leader', leader: replica.self, heardAt: undefined })
    return replica.tell({ type: 'leader-elected', term })
  }
  if (transition.to === 'candidate') return replica.stand({ role: 'candidate', leader: undefined, heardAt: undefined })
  if (role !== 'follower') replica.tell({ type: 'stepped-down', term, why: transition.why })
  replica.stand({ role: 'follower', term: transition.term, leader: transition.leader, heardAt: undefined })
}

/**
 * Runs one role after another, and emits each transition once it has been made. Unlike a `switchMap`, the new role is
 * on before the message that caused the change is handled, so that it isn't lost between the two.
 *
 * ```
 *  follower$   ----(c|
 *  candidate$      --------(l|
 *  result      ----c-------l----
 * ```
 */
export const roles$ = (replica: Replica, first: Transition, roles: Readonly<Record<Transition['to'], Role>>) =>
  new Observable<Transition>(subscriber => {
    let active = Subscription.EMPTY
    const run = (transition: Transition): void => {
      active.unsubscribe()
      if (subscriber.closed) return
      enter(replica, transition)
      const role = new Subscription()
      active = role
      const next = (following: Transition): void => {
        if (!role.closed) run(following)
      }
      const error = (cause: unknown): void => subscriber.error(cause)
      role.add(roles[transition.to](replica, transition).subscribe({ next, error }))
      subscriber.next(transition)
      const message = transition.to === 'follower' ? transition.message : undefined
      if (!role.closed && message !== undefined) replica.deliver(message)
    }
    run(first)
    return () => active.unsubscribe()
  })
