import fc from 'fast-check'
import { of, Subject, take, throwError } from 'rxjs'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import { Inbox } from '../../streams/sources/inbox'

describe('the inbox', () => {
  let clock: VirtualClock
  let inbox: Inbox
  let seen: string[]
  beforeEach(() => {
    clock = new VirtualClock()
    inbox = new Inbox(clock)
    seen = []
    inbox.settled$.subscribe({ next: () => seen.push('settled'), complete: () => seen.push('closed') })
  })
  const say = (what: string) => (): void => void seen.push(what)

  it('runs nothing at once, then all that came together, in order, and settles once', () => {
    for (const task of ['a', 'b', 'c']) inbox.post(say(task))
    expect(seen).toEqual([])
    clock.advanceBy(0)
    expect(seen).toEqual(['a', 'b', 'c', 'settled'])
    expect([clock.pending, inbox.length]).toEqual([0, 0])
  })

  it('never runs a task within another: what one posts comes in the next batch', () => {
    inbox.post(() => {
      seen.push('a begins')
      inbox.post(say('b'))
      seen.push('a ends')
    })
    inbox.post(say('c'))
    clock.advanceBy(0)
    expect(seen).toEqual(['a begins', 'a ends', 'c', 'settled', 'b', 'settled'])
  })

  it('runs what is posted while it settles in the next batch', () => {
    inbox.settled$.pipe(take(1)).subscribe(() => inbox.post(say('b')))
    inbox.post(say('a'))
    clock.advanceBy(0)
    expect(seen).toEqual(['a', 'settled', 'b', 'settled'])
  })

  it('flushes once a turn, after what follows at once has settled, and leaves the rest to the next', () => {
    let left = 4
    inbox.settled$.subscribe(() => left-- > 0 && inbox.post(say('again')))
    inbox.flush$.subscribe(say('flushed'))
    inbox.post(say('a'))
    clock.advanceBy(0)
    const again = ['again', 'settled']
    expect(seen).toEqual(['a', 'settled', ...again, ...again, 'flushed', ...again, ...again, 'flushed'])
  })

  it('schedules once however much is posted', () => {
    for (let count = 0; count < 1000; count++) inbox.post(say('x'))
    expect(clock.pending).toBe(1)
  })

  it('gives what a stream emits, and its end, their turn', () => {
    const source$ = new Subject<string>()
    source$.pipe(inbox.enter()).subscribe({ next: value => seen.push(value), complete: say('complete') })
    inbox.post(say('a'))
    source$.next('b')
    source$.complete()
    expect(seen).toEqual([])
    clock.advanceBy(0)
    expect(seen).toEqual(['a', 'b', 'complete', 'settled'])
  })

  it('gives an error its turn', () => {
    const failure = new Error('It has failed.')
    let error: unknown
    throwError(() => failure)
      .pipe(inbox.enter())
      .subscribe({ error: (caught: unknown) => (error = caught) })
    expect(error).toBeUndefined()
    clock.advanceBy(0)
    expect(error).toBe(failure)
  })

  it('drops what waits for who has unsubscribed', () => {
    of('a', 'b').pipe(inbox.enter()).subscribe(say('x')).unsubscribe()
    clock.advanceBy(0)
    expect(seen).toEqual(['settled'])
  })

  it('may be left by what it gives', () => {
    const entering = of('a', 'b')
      .pipe(inbox.enter())
      .subscribe(value => {
        seen.push(value)
        entering.unsubscribe()
      })
    clock.advanceBy(0)
    expect(seen).toEqual(['a', 'settled'])
  })

  it('goes no further when it is closed while it settles', () => {
    inbox.settled$.pipe(take(1)).subscribe(() => inbox.close())
    inbox.post(() => inbox.post(say('a')))
    clock.advanceBy(0)
    expect([seen, clock.pending]).toEqual([['settled', 'closed'], 0])
  })

  it('is passed by nothing: whatever tasks post, they run one at a time and in the order of their posting', () => {
    /** How many each task, by its number, posts further. */
    const plans = fc.array(fc.nat({ max: 3 }), { maxLength: 60 })
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 5 }), (plan, first) => {
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

  it('runs nothing any more once it is closed, not even what waited or came in the same batch', () => {
    inbox.post(() => {
      seen.push('a')
      inbox.close()
    })
    inbox.post(say('b'))
    clock.advanceBy(0)
    inbox.post(say('c'))
    clock.advanceBy(1000)
    expect(seen).toEqual(['a', 'closed'])
    expect([clock.pending, inbox.length, inbox.isClosed]).toEqual([0, 0, true])
  })
})
