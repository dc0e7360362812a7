const DAY = 24 * 60 * 60 * 1000

/** Far enough that another year, day, hour, minute, second and millisecond are told. */
const LATER_MS = 400 * DAY + 13 * 60 * 60 * 1000 + 37 * 60 * 1000 + 11_007

/** The class of dates, of another time. */
function laterDate(Real: DateConstructor): DateConstructor {
  const now = (): number => Real.now() + LATER_MS
  return new Proxy(Real, {
    apply: () => new Real(now()).toString(),
    construct: (target, given: unknown[], made) =>
      // what a date is made of; without anything it is of now
      Reflect.construct(target, given.length === 0 ? [now()] : given, made) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)), // whatever dates have
  })
}

/**
 * Does something that takes no time twice, where chance and the clock say something else each time, so that whatever
 * depends on them shows it: the first time chance gives small numbers, the second time large ones, more than a year later.
 */
export function inTwoPlaces<R>(first: () => R, second: () => R): readonly [R, R] {
  const { Date: RealDate } = globalThis
  const { random } = Math
  try {
    Math.random = () => random() / 2
    const one = first()
    Math.random = () => (1 + random()) / 2
    globalThis.Date = laterDate(RealDate)
    return [one, second()]
  } finally {
    Math.random = random
    globalThis.Date = RealDate
  }
}
