import { asyncScheduler, EMPTY, filter, from, map, pipe, take } from 'rxjs'
import {
  allOf,
  anyOf,
  everyBytes,
  everyEntries,
  whenIdle,
  KayakError,
  type CompactionStrategy,
  type Growth,
} from 'kayak/streams'
import { marbles } from '../marbles'
import { see } from './seen'

const grown = (index: number, bytes = 1): Growth => ({ index, bytes, time: 0 })
const growths = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [at, grown(at, at === 4 ? 9 : 1)]))
const indexes = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [at, at]))

describe('allOf', () => {
  test('is when each has said so, after which all begin anew', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const growth$ = hot('--1--2--3--4--5--6--7--8--|', growths)
      const expected = '   -----------4--------------|'
      expectObservable(growth$.pipe(allOf(everyEntries(2), everyBytes(8)))).toBe(expected, indexes)
      const often = '      --------3--------6--------|'
      expectObservable(growth$.pipe(allOf(everyEntries(3), everyEntries(2)))).toBe(often, indexes)
      const whole = '         ^-------------------------!'
      expectSubscriptions(growth$.subscriptions).toBe([whole, whole])
    }))

  test('of one is that one, and of one that ends has no point', () =>
    marbles(({ hot, expectObservable }) => {
      const growth$ = hot('--1--2--3--4--#', growths)
      const once: CompactionStrategy = pipe(
        take(1),
        map(({ index }) => index),
        filter(index => index === 1),
      )
      expectObservable(growth$.pipe(allOf(everyEntries(2)))).toBe('-----2-----4--#', indexes)
      expectObservable(growth$.pipe(allOf(once, everyEntries(2)))).toBe('-----2--------#', indexes)
      expectObservable(growth$.pipe(allOf(() => EMPTY, everyEntries(1)))).toBe('--------------#', indexes)
    }))

  test('runs on what is there at once, nests, and refuses to be of nothing', () => {
    const growth$ = from([1, 2, 3, 4, 5, 6].map(index => grown(index)))
    expect(see(growth$.pipe(allOf(everyEntries(2), everyBytes(3)))).values).toEqual([3, 6])
    expect(see(growth$.pipe(anyOf(allOf(everyEntries(2), everyBytes(3)), everyEntries(2)))).values).toEqual([2, 4, 6])
    expect(() => allOf()).toThrow(KayakError)
  })
})

describe('whenIdle', () => {
  test('is when nothing has come for so long; the end is no rest', () =>
    marbles(({ hot, expectObservable }) => {
      const growth$ = hot('--1--2-----3---|', growths)
      const expected = '   ---------2-----|'
      expectObservable(growth$.pipe(whenIdle(4, asyncScheduler))).toBe(expected, indexes)
      expectObservable(hot('-1-2-#', growths).pipe(whenIdle(3, asyncScheduler))).toBe('-----#')
    }))

  test('combines with others, and leaves no timer behind', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const growth$ = hot('--1-2-3-4-5------6--', growths)
      const until = '      ^-----------------!'
      const anyway = '     ------3-------5-----'
      const both = '       --------------5-----'
      expectObservable(growth$.pipe(anyOf(whenIdle(4, asyncScheduler), everyEntries(3))), until).toBe(anyway, indexes)
      expectObservable(growth$.pipe(allOf(whenIdle(4, asyncScheduler), everyEntries(3))), '^-----------------!').toBe(
        both,
        indexes,
      )
      expectSubscriptions(growth$.subscriptions).toBe([until, until])
    }))

  test.each([0, -1, 1.5, NaN])('refuses %p at once', ms => {
    expect(() => whenIdle(ms, asyncScheduler)).toThrow(KayakError)
  })
})
