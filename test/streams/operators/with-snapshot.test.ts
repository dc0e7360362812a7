import { concat, concatMap, EMPTY, from, map, NEVER, of, reduce, Subject, tap, throwError, type Observable } from 'rxjs'
import { KayakError, oneByOne, resume, withSnapshot, type Entry, type Projection } from 'kayak/streams'
import type { Compaction, Snapshot } from 'kayak'
import { entryOf } from '../entries'
import { marbles } from '../marbles'
import { see, text, untext } from './seen'

const snapshotOf = (index: number, state: string, chunks$: Observable<Uint8Array> = of(text(state))): Snapshot => ({
  index,
  term: 1,
  bytes: state.length,
  chunks$,
})
const restoring = {
  initial: '',
  restore: (chunks$: Observable<Uint8Array>) => chunks$.pipe(reduce((whole, bytes) => whole + untext(bytes), '')),
}
const append = resume((state: string, payload: string) => state + payload)
const compacted = new KayakError('KAYAK_COMPACTED', 'Gone.', { snapshotIndex: 9 })
const installed = (index: number): Compaction => ({ type: 'installed', index, bytes: 1 })

describe('withSnapshot', () => {
  test('restores, follows, and begins anew when a snapshot is installed', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const [four, five, ten] = [4, 5, 10].map(index => entryOf(index, String(index)))
      let newest = snapshotOf(3, 'S')
      const compaction$ = hot<Compaction>('---------p--i----------|', {
        p: { type: 'progress', index: 3, bytes: 0 },
        i: installed(9),
      })
      const before$ = cold('   --a--b----------------', { a: four, b: five } as Record<string, Entry<string>>)
      const after$ = cold('                ----c-----|', { c: ten } as Record<string, Entry<string>>)
      const expected = '       s-a--b------t---c-----|'
      const host = {
        log: { snapshot: () => of(newest), listen: (index?: number) => (index === 4 ? before$ : after$) },
        compaction$: compaction$.pipe(tap(() => (newest = snapshotOf(9, 'T')))),
      }
      expectObservable(withSnapshot(host, restoring, append)).toBe(expected, {
        s: { index: 3, state: 'S' },
        a: { index: 4, state: 'S4' },
        b: { index: 5, state: 'S45' },
        t: { index: 9, state: 'T' },
        c: { index: 10, state: 'T10' },
      })
      expectSubscriptions(before$.subscriptions).toBe('^-----------!')
    }))

  test('begins anew where a snapshot breaks off, with whatever there is then, an older one too', () => {
    const broken$ = concat(
      of(text('half')),
      throwError(() => new KayakError('KAYAK_INTERRUPTED', 'It is gone.')),
    )
    const snapshots = [snapshotOf(9, 'T', broken$), snapshotOf(9, 'U', broken$), snapshotOf(3, 'S')]
    const listen = (index = 0) => from([4, 5].filter(at => at >= index).map(at => entryOf(at, String(at))))
    const host = { log: { snapshot: () => of(snapshots.shift()), listen }, compaction$: NEVER }
    expect(see(withSnapshot(host, restoring, append)).values).toEqual([
      { index: 3, state: 'S' },
      { index: 4, state: 'S4' },
      { index: 5, state: 'S45' },
    ])
  })

  test('begins with the initial state where there is no snapshot', () => {
    const entries = [entryOf(1, 'a'), entryOf(2, 'b')]
    const states = [
      { index: 0, state: '' },
      { index: 1, state: 'a' },
      { index: 2, state: 'ab' },
    ]
    const listen = () => from(entries)
    const host = { log: { snapshot: () => of(undefined), listen }, compaction$: NEVER }
    expect(see(withSnapshot(host, restoring, append))).toMatchObject({ values: states, end: 'complete' })
    expect(see(withSnapshot(entries, restoring, append))).toMatchObject({ values: states, end: 'complete' })
    expect(see(withSnapshot(from(entries), restoring, append)).values).toEqual(states)
  })

  test('begins anew where a newer snapshot has taken the place of what is read', () => {
    const snapshots = [
      snapshotOf(
        3,
        'three',
        concat(
          of(text('th')),
          throwError(() => compacted),
        ),
      ),
      snapshotOf(6, 'six'),
      snapshotOf(9, 'nine'),
    ]
    const listen = (index?: number) =>
      index === 7
        ? concat(
            of(entryOf(7, '+7')),
            throwError(() => compacted),
          )
        : of(entryOf(10, '+10'))
    const host = { log: { snapshot: () => of(snapshots.shift()), listen }, compaction$: NEVER }
    expect(see(withSnapshot(host, restoring, append))).toMatchObject({
      values: [
        { index: 6, state: 'six' },
        { index: 7, state: 'six+7' },
        { index: 9, state: 'nine' },
        { index: 10, state: 'nine+10' },
      ],
      end: 'complete',
    })
  })

  test('does not go on for ever where there is none', () => {
    const listen = () => throwError(() => compacted)
    const host = { log: { snapshot: () => of(snapshotOf(3, 'three')), listen }, compaction$: NEVER }
    const seen = see(withSnapshot(host, restoring, append))
    expect(seen).toMatchObject({ values: [{ index: 3, state: 'three' }], end: 'error', error: compacted })
    const none = { log: { snapshot: () => of(undefined), listen }, compaction$: NEVER }
    expect(see(withSnapshot(none, restoring, append))).toMatchObject({ end: 'error', error: compacted })
  })

  test('begins anew with what another member has, be it older, but believes none that contradicts itself', () => {
    const [a, b] = [{ id: 'a' }, { id: 'b' }]
    const run = (members: readonly (object | undefined)[], snapshots: (Snapshot | undefined)[]) => {
      const left = [...members]
      const host = {
        connected: undefined as object | undefined,
        log: {
          snapshot: () => {
            host.connected = left.shift()
            return of(snapshots.shift())
          },
          listen: (index = 0) => {
            return snapshots.length > 0 ? throwError(() => compacted) : of(entryOf(index, `+${index}`))
          },
        },
        compaction$: NEVER,
      }
      return see(withSnapshot(host, restoring, append))
    }
    const three = (): Snapshot => snapshotOf(3, 'three')
    expect(run([a, b], [three(), undefined])).toMatchObject({
      values: [
        { index: 3, state: 'three' },
        { index: 0, state: '' },
        { index: 1, state: '+1' },
      ],
      end: 'complete',
    })
    // whoever was asked is gone again: it may have been anyone
    expect(run([undefined, undefined], [three(), three()])).toMatchObject({ end: 'complete' })
    expect(run([a, a], [three(), three(), three()])).toMatchObject({ end: 'error', error: compacted })
  })

  test('restores once where it has begun with what is told to be installed', () => {
    const compaction$ = new Subject<Compaction>()
    let asked = 0
    const listen = () => NEVER as Observable<Entry<string>>
    const host = { log: { snapshot: () => (asked++, of(snapshotOf(9, 'nine'))), listen }, compaction$ }
    const seen = see(withSnapshot(host, restoring, append))
    compaction$.next(installed(9))
    expect([asked, seen.values]).toEqual([1, [{ index: 9, state: 'nine' }]])
    seen.stop()
    expect(compaction$.observed).toBe(false)
  })

  test('gives up what it restores when a newer one is installed meanwhile', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const slow$ = cold('--x----------|', { x: text('old') })
      const compaction$ = hot('-----i----', { i: installed(9) })
      const snapshots = [snapshotOf(3, 'old', slow$), snapshotOf(9, 'new')]
      const host = {
        log: { snapshot: () => of(snapshots.shift()), listen: () => NEVER as Observable<Entry<string>> },
        compaction$,
      }
      expectObservable(withSnapshot(host, restoring, append), '^--------!').toBe('-----n---', {
        n: { index: 9, state: 'new' },
      })
      expectSubscriptions(slow$.subscriptions).toBe('^----!')
    }))

  test('errors with a snapshot that cannot be restored, or is no state, and with any other error', () => {
    const fault = new Error('fault')
    const listen = () => NEVER as Observable<Entry<string>>
    const host = { log: { snapshot: () => of(snapshotOf(3, '')), listen }, compaction$: NEVER }
    const failing = { ...restoring, restore: () => throwError(() => fault) }
    expect(see(withSnapshot(host, failing, append))).toMatchObject({ end: 'error', error: fault })
    const empty = { initial: '', restore: () => EMPTY }
    expect(see(withSnapshot(host, empty, append))).toMatchObject({ end: 'error', error: { code: 'KAYAK_UNREADABLE' } })
    const stopped = { ...host, log: { listen, snapshot: () => throwError(() => fault) } }
    expect(see(withSnapshot(stopped, restoring, append))).toMatchObject({ end: 'error', error: fault })
    const thrown = withSnapshot(host, restoring, () => {
      throw fault
    })
    expect(see(thrown)).toMatchObject({ end: 'error', error: fault })
  })

  test('is as general as a subscription, and lets the log wait for what is slow', async () => {
    let asked = 0
    function* entries(): Generator<Entry<number>> {
      for (;;) yield entryOf(++asked, asked)
    }
    const seen = see(
      withSnapshot(entries(), { initial: 0, restore: () => EMPTY }, ({ index }, entry$: Observable<Entry<number>>) =>
        entry$.pipe(map(({ payload }) => payload + index)),
      ).pipe(oneByOne(() => NEVER)),
    )
    expect(asked).toBe(2)
    seen.stop()
    const later = see(
      withSnapshot(
        {
          log: { snapshot: () => Promise.resolve(snapshotOf(3, 'three')), listen: () => of(entryOf(4, '+4')) },
          compaction$: NEVER,
        },
        restoring,
        (begun: Projection<string>, entry$: Observable<Entry<string>>) =>
          entry$.pipe(concatMap(({ payload }) => [begun.state + payload])),
      ),
    )
    await new Promise(setImmediate)
    expect(later).toMatchObject({ values: ['three+4'], end: 'complete' })
  })
})
