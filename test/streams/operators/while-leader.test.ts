import {
  BehaviorSubject,
  concat,
  distinctUntilChanged,
  EMPTY,
  map,
  NEVER,
  Observable,
  of,
  type Subscribable,
} from 'rxjs'
import { whileLeader, type Leading } from 'kayak/streams'
import { marbles } from '../marbles'
import { see } from './seen'

type View = Pick<Leading, 'role' | 'term'>

const view = (role: View['role'], term: number): View => ({ role, term })

/** Shows these views, one after the other, as a host does: all from one value. */
function hostOf(view$: Subscribable<View>, first = view('follower', 1)): Leading {
  const now$ = new BehaviorSubject(first)
  view$.subscribe(now$)
  return {
    get role() {
      return now$.value.role
    },
    get term() {
      return now$.value.term
    },
    role$: now$.pipe(
      map(({ role }) => role),
      distinctUntilChanged(),
    ),
    term$: now$.pipe(
      map(({ term }) => term),
      distinctUntilChanged(),
    ),
  }
}

const views = { f: view('follower', 2), 3: view('leader', 3), 5: view('leader', 5), 6: view('follower', 6) }

describe('whileLeader', () => {
  test('works while it leads, and ends what it was doing at once', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const host = hostOf(hot(' f--3-----f---5--f-|', views))
      const work$ = cold('         -a-b-c-d-')
      const expected = '       ----a-b-c-----a---|'
      expectObservable(whileLeader(host, () => work$)).toBe(expected)
      expectSubscriptions(work$.subscriptions).toBe(['---^-----!', '-------------^--!'])
    }))

  test('gives the term, and never another one', () =>
    marbles(({ hot, expectObservable }) => {
      // from term 1 to leading in term 3: the role is told before the term is
      const host = hostOf(hot('    --3--f--5--|', views))
      const expected = '           --3-----5--|'
      expectObservable(whileLeader(host, term => concat(of(term), NEVER))).toBe(expected, { 3: 3, 5: 5 })
    }))

  test('begins anew where it leads on in a later term, and goes on where nothing has changed', () =>
    marbles(({ hot, cold, expectSubscriptions, expectObservable }) => {
      const host = hostOf(hot('--3--3--5--6--|', views))
      const work$ = cold('       a')
      expectObservable(whileLeader(host, () => work$)).toBe('--a-----a-----|')
      expectSubscriptions(work$.subscriptions).toBe(['--^-----!', '--------^--!'])
    }))

  test('ends its work where the host ends while it leads', () =>
    marbles(({ hot, cold, expectSubscriptions, expectObservable }) => {
      const host = hostOf(hot('--3---|', views))
      const work$ = cold('       -a-b-c-')
      expectObservable(whileLeader(host, () => work$)).toBe('---a-b|')
      expectSubscriptions(work$.subscriptions).toBe('--^---!')
    }))

  test('completes no earlier than the host, and ends with the error of its work', () =>
    marbles(({ hot, cold, expectObservable }) => {
      const done = hostOf(hot('--3---5---|', views))
      expectObservable(whileLeader(done, () => cold('(a|)'))).toBe('--a---a---|')
      const failing = hostOf(hot('--3---5---|', views))
      expectObservable(whileLeader(failing, () => cold('-a#'))).toBe('---a#')
    }))

  test('begins at once where it leads already, and leaves nothing behind when it is unsubscribed', () => {
    let working = 0
    const view$ = new BehaviorSubject(view('leader', 7))
    const work = (): Observable<never> =>
      new Observable(() => {
        working++
        return () => {
          working--
        }
      })
    const seen = see(whileLeader(hostOf(view$, view$.value), work))
    expect(working).toBe(1)
    seen.stop()
    expect(working).toBe(0)
    view$.next(view('leader', 8))
    expect(working).toBe(0)
  })

  test('does nothing on who never leads', () => {
    const work = jest.fn(() => EMPTY)
    see(whileLeader(hostOf(of(view('candidate', 2), view('follower', 2), view('learner', 3))), work))
    expect(work).not.toHaveBeenCalled()
  })
})
