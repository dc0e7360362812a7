import { map, of, Subject, take, tap, timer } from 'rxjs'
import { acknowledge, applyEach, fromIndex, type Entry } from 'kayak/streams'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see } from './seen'

const entries = [1, 2, 4].map(index => entryOf(index, `entry ${index}`))
const [one, two, four] = entries

describe('applyEach', () => {
  test('has an effect for each in turn, and emits each when its effect is done', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const entries$ = cold(' 12--3------|')
      const expected = '      --1-(23)---|'
      const effect$ = cold('  --|')
      const handle = (value: string) => (value === '3' ? undefined : effect$)
      expectObservable(entries$.pipe(applyEach(handle))).toBe(expected)
      expectSubscriptions(effect$.subscriptions).toBe(['^-!', '--^-!'])
    }))

  test('emits nothing of what a handler emits, and takes one that returns nothing', () => {
    const seen: unknown[] = []
    const handled$ = fromIndex(entries).pipe(
      applyEach(({ payload }) => {
        seen.push(payload)
      }),
    )
    expect(see(handled$)).toMatchObject({ values: entries, end: 'complete' })
    expect(seen).toEqual(['entry 1', 'entry 2', 'entry 4'])
    expect(see(of(one).pipe(applyEach(() => ['a', 'b']))).values).toEqual([one])
  })

  test('at least once, with a checkpoint: what was handled and not kept is handled again', () => {
    const mailed: number[] = []
    let checkpoint = 0
    const run = (crashAt: number) =>
      see(
        fromIndex(entries, checkpoint + 1).pipe(
          applyEach(({ index }) => of(index).pipe(tap(at => mailed.push(at)))),
          applyEach(({ index }) => {
            if (index === crashAt) throw new Error('crash')
            checkpoint = index
          }),
        ),
      )
    expect(run(2)).toMatchObject({ values: [one], end: 'error' })
    expect(run(0)).toMatchObject({ values: [two, four], end: 'complete' })
    expect([mailed, checkpoint]).toEqual([[1, 2, 2, 4], 4])
  })

  test('exactly once, where the index is stored with the effect', () => {
    let table = { index: 0, rows: [] as string[] }
    const insertOnce = ({ index, payload }: Entry<string>): void => {
      if (index > table.index) table = { index, rows: [...table.rows, payload] }
    }
    const run = (from: number, count: number) => see(fromIndex(entries, from).pipe(applyEach(insertOnce), take(count)))
    run(0, 2)
    run(table.index, 3)
    run(0, 3)
    expect(table).toEqual({ index: 4, rows: ['entry 1', 'entry 2', 'entry 4'] })
  })

  test('ends with what a handler fails with; nothing comes after it', () =>
    marbles(({ cold, expectObservable }) => {
      const entries$ = cold(' abc----|')
      const expected = '      -a-#    '
      const handle = (value: string) => (value === 'b' ? cold('--#') : cold('-|'))
      expectObservable(entries$.pipe(applyEach(handle))).toBe(expected)
    }))

  test('unsubscribes the handler that is at work', () => {
    const effect = new Subject<void>()
    const seen = see(fromIndex(entries).pipe(applyEach(() => effect)))
    expect(effect.observed).toBe(true)
    seen.stop()
    expect(effect.observed).toBe(false)
  })

  test('acknowledges what is done, in turn, and waits for promises', async () => {
    const acks: [number, string | undefined][] = []
    const sync = { ack: (index: number, consumer?: string) => void acks.push([index, consumer]) }
    see(
      fromIndex(entries).pipe(
        applyEach(() => Promise.resolve()),
        acknowledge({ sync }, 'mailer'),
      ),
    )
    expect(acks).toEqual([])
    await new Promise(setImmediate)
    expect(acks).toEqual([1, 2, 4].map(index => [index, 'mailer']))
  })

  test('takes a handler that appends to its own source', () => {
    const source = new Subject<number>()
    const order: string[] = []
    see(
      source.pipe(
        applyEach(value => {
          order.push(`begin ${value}`)
          if (value < 3) source.next(value + 1)
          order.push(`end ${value}`)
        }),
      ),
    )
    source.next(1)
    expect(order).toEqual([1, 2, 3].flatMap(value => [`begin ${value}`, `end ${value}`]))
  })

  test('does not make what a handler subscribes to wait for the handler itself', () => {
    const inner: number[] = []
    const handled = see(
      fromIndex(entries).pipe(applyEach(() => fromIndex(entries).pipe(tap(({ index }) => inner.push(index))))),
    )
    expect(handled.end).toBe('complete')
    expect(inner).toEqual([1, 2, 4, 1, 2, 4, 1, 2, 4])
  })

  test('goes by the time that it is given', () =>
    marbles(({ expectObservable }) => {
      const slow$ = fromIndex(entries).pipe(
        applyEach(() => timer(3)),
        map(({ index }) => String(index)),
      )
      expectObservable(slow$).toBe('---1--2--(4|)')
    }))
})
