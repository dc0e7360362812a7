import fc from 'fast-check'
import { NO_TICKET, Waitlist, type Tickets } from '../../../streams/operators/waitlist'

interface Item {
  readonly name: number
  here: number
  there: number
}

const HERE: Tickets<Item> = { of: item => item.here, give: (item, ticket) => void (item.here = ticket) }
const THERE: Tickets<Item> = { of: item => item.there, give: (item, ticket) => void (item.there = ticket) }
const item = (name: number): Item => ({ name, here: NO_TICKET, there: NO_TICKET })
const namesIn = (waitlist: Waitlist<Item>): readonly number[] => [...waitlist].map(({ name }) => name)
const placesOf = (waitlist: Waitlist<Item>): number =>
  (waitlist as unknown as { readonly places: { readonly length: number } }).places.length

describe('a waitlist', () => {
  it('is a list that anybody may enter and leave, once', () => {
    const deed = fc.record({ do: fc.constantFrom('add', 'add', 'remove', 'first'), nth: fc.nat({ max: 40 }) })
    const model = (deeds: readonly { readonly do: string; readonly nth: number }[]): void => {
      const waitlist = new Waitlist(HERE)
      const items = Array.from({ length: 41 }, (_, name) => item(name))
      let plain: readonly number[] = []
      for (const { do: what, nth } of deeds) {
        const one = what === 'first' ? waitlist.first : items[nth]
        if (one === undefined) continue
        if (what === 'add') {
          waitlist.add(one)
          if (!plain.includes(one.name)) plain = [...plain, one.name]
        } else {
          expect(waitlist.remove(one)).toBe(plain.includes(one.name))
          plain = plain.filter(name => name !== one.name)
        }
        expect([namesIn(waitlist), waitlist.size, waitlist.first?.name]).toEqual([plain, plain.length, plain[0]])
        expect(items.map(each => waitlist.has(each))).toEqual(items.map(({ name }) => plain.includes(name)))
      }
    }
    fc.assert(fc.property(fc.array(deed, { maxLength: 80 }), model))
  })

  it('keeps no places of those who came and went while others stay, who keep theirs', () => {
    const waitlist = new Waitlist(HERE)
    const staying = [item(-1), item(-2), item(-3)]
    let most = 0
    for (let name = 0; name < 100_000; name++) {
      const early = staying[name / 20_000]
      if (early !== undefined) waitlist.add(early)
      const passing = item(name)
      waitlist.add(passing)
      expect(waitlist.remove(passing)).toBe(true)
      most = Math.max(most, placesOf(waitlist))
    }
    expect([namesIn(waitlist), most < 2000]).toEqual([[-1, -2, -3], true])
    for (const one of staying) expect(waitlist.remove(one)).toBe(true)
    expect([waitlist.size, placesOf(waitlist)]).toEqual([0, 0])
  })

  it('knows its own from those who are elsewhere', () => {
    const [here, there] = [new Waitlist(HERE), new Waitlist(THERE)]
    const [a, b] = [item(1), item(2)]
    here.add(a)
    there.add(b)
    there.add(a)
    expect([here.remove(b), here.size, there.remove(b), there.remove(b)]).toEqual([false, 1, true, false])
    expect([here.remove(a), here.remove(a), namesIn(there)]).toEqual([true, false, [1]])
    here.add(a)
    expect(namesIn(here)).toEqual([1])
  })

  it('of the same kind as another has nothing of what that has', () => {
    const [one, other] = [new Waitlist(HERE), new Waitlist(HERE)]
    const [a, b] = [item(1), item(2)]
    one.add(a)
    other.add(b)
    expect([one.remove(b), other.remove(a), one.size, other.size]).toEqual([false, false, 1, 1])
  })
})
