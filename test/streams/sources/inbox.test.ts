import fc from 'fast-check'
import { of, Subject, throwError, type Observer } from 'rxjs'
import { VirtualClock } from '../../../lib/testing/virtual-clock'
import { Inbox } from '../../../streams/sources/inbox'

/** An inbox, its clock, and what has happened in which order. */
function place() {
  const clock = new VirtualClock()
  const inbox = new Inbox(clock)
  const seen: string[] = []
  const note = (word: string) => (): void => void seen.push(word)
  const noting: Partial<Observer<string>> = {
    next: value => void seen.push(value),
    error: (error: unknown) => void seen.push(String(error)),
    complete: note('|'),
  }
  inbox.settled$.subscribe(note('settled'))
  return { clock, inbox, seen, note, noting }
}

describe('an inbox', () => {
  it('runs nothing while it is posted, and all of it in order in one later turn', () => {
    const { clock, inbox, seen, note } = place()
    for (const word of ['a', 'b', 'c']) inbox.post(note(word))
    expect([seen, inbox.length, clock.pending]).toEqual([[], 3, 1])
    clock.step()
    expect([seen, inbox.length, clock.pending]).toEqual([['a', 'b', 'c', 'settled'], 0, 0])
  })

  it('settles once a batch, and not at all while nothing comes', () => {
    const { clock, inbox, seen, note } = place()
    clock.advanceBy(1000)
    inbox.post(note('a'))
    clock.advanceBy(1000)
    inbox.post(note('b'))
    clock.advanceBy(1000)
    expect(seen).toEqual(['a', 'settled', 'b', 'settled'])
  })

  it('does not run what a task posts within that task, nor in its batch', () => {
    const { clock, inbox, seen, note } = place()
    inbox.post(() => {
      seen.push('a begins')
      inbox.post(note('c'))
      seen.push('a ends')
    })
    inbox.post(note('b'))
    clock.advanceBy(0)
    expect(seen).toEqual(['a begins', 'a ends', 'b', 'settled', 'c', 'settled'])
  })

  it('takes what is posted while it settles in the next turn, by one schedule', () => {
    const { clock, inbox, seen, note } = place()
    const once = inbox.settled$.subscribe(() => {
      once.unsubscribe()
      inbox.post(note('b'))
      inbox.post(note('c'))
    })
    inbox.post(note('a'))
    clock.step()
    expect([seen, clock.pending]).toEqual([['a', 'settled'], 1])
    clock.step()
    expect([seen, clock.pending]).toEqual([['a', 'settled', 'b', 'c', 'settled'], 0])
  })

  it('is passed by nothing: whatever tasks post, they run one at a time and in the order of their posting', () => {
    /** What each task, by its number, posts further. */
    const plans = fc.array(fc.nat({ max: 3 }), { maxLength: 60 })
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 5 }), (plan, first) => {
        const { clock, inbox } = place()
        const ran: number[] = []
        let [posted, running] = [0, 0]
        const post = (): void => {
          const number = posted++
          inbox.post(() => {
            expect(++running).toBe(1)
            ran.push(number)
            for (let more = plan[number] ?? 0; more > 0; more--) post()
            running--
          })
        }
        for (let at = 0; at < first; at++) post()
        clock.advanceBy(0)
        expect(ran).toEqual(Array.from({ length: posted }, (_, number) => number))
      }),
    )
  })
})

describe('a stream that enters the inbox', () => {
  it('has its values, its error and its end in turn, with what others post between', () => {
    const { clock, inbox, seen, note, noting } = place()
    const source$ = new Subject<string>()
    source$.pipe(inbox.enter()).subscribe(noting)
    source$.next('x')
    inbox.post(note('a'))
    source$.next('y')
    source$.complete()
    inbox.post(note('b'))
    expect(seen).toEqual([])
    clock.advanceBy(0)
    expect(seen).toEqual(['x', 'a', 'y', '|', 'b', 'settled'])
    throwError(() => 'failed')
      .pipe(inbox.enter())
      .subscribe(noting)
    expect(seen).not.toContain('failed')
    clock.advanceBy(0)
    expect(seen.slice(-2)).toEqual(['failed', 'settled'])
  })

  it('that is unsubscribed gives nothing more, not even what waits', () => {
    const { clock, inbox, seen, note, noting } = place()
    const entering = of('x', 'y').pipe(inbox.enter()).subscribe(noting)
    inbox.post(note('a'))
    entering.unsubscribe()
    clock.advanceBy(0)
    expect(seen).toEqual(['a', 'settled'])
  })

  it('may be left by its own value', () => {
    const { clock, inbox, seen } = place()
    const entering = of('x', 'y')
      .pipe(inbox.enter())
      .subscribe(value => {
        seen.push(value)
        entering.unsubscribe()
      })
    clock.advanceBy(0)
    expect(seen).toEqual(['x', 'settled'])
  })
})

describe('an inbox that is closed', () => {
  it('drops what waits and what comes, and schedules nothing more', () => {
    const { clock, inbox, seen, note } = place()
    inbox.post(note('a'))
    inbox.close()
    inbox.post(note('b'))
    clock.advanceBy(0)
    expect([seen, inbox.isClosed, inbox.length, clock.pending]).toEqual([[], true, 0, 0])
  })

  it('by one of its tasks runs none of those that follow, and doesn’t settle', () => {
    const { clock, inbox, seen, note } = place()
    inbox.settled$.subscribe({ complete: note('over') })
    inbox.post(note('a'))
    inbox.post(() => inbox.close())
    inbox.post(note('b'))
    clock.advanceBy(0)
    expect([seen, clock.pending]).toEqual([['a', 'over'], 0])
  })

  it('while it settles goes no further', () => {
    const { clock, inbox, seen, note } = place()
    inbox.settled$.subscribe(() => inbox.close())
    inbox.post(() => inbox.post(note('b')))
    clock.advanceBy(0)
    expect([seen, clock.pending]).toEqual([['settled'], 0])
  })
})
