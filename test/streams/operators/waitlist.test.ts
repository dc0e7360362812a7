import fc from 'fast-check'
import { NO_TICKET, Waitlist } from '../../../streams/operators/waitlist'

test('a waitlist is a list that anybody may leave, once', () => {
  const deed = fc.record({ do: fc.constantFrom('add', 'add', 'remove', 'shift', 'clear'), nth: fc.nat({ max: 40 }) })
  const model = (deeds: readonly { readonly do: string; readonly nth: number }[]): void => {
    const waitlist = new Waitlist<string>()
    const tickets: number[] = []
    let plain = new Map<number, string>()
    for (const { do: what, nth } of deeds) {
      if (what === 'add') {
        const ticket = waitlist.add(`item ${tickets.length}`)
        plain.set(ticket, `item ${tickets.length}`)
        tickets.push(ticket)
      } else if (what === 'remove') {
        const ticket = tickets[nth] ?? NO_TICKET
        expect(waitlist.remove(`item ${nth}`, ticket)).toBe(plain.delete(ticket))
      } else if (what === 'shift') {
        const [first] = plain
        expect(waitlist.shift()).toBe(first?.[1])
        if (first !== undefined) plain.delete(first[0])
      } else {
        waitlist.clear()
        plain = new Map()
      }
      expect([...waitlist]).toEqual([...plain.values()])
      expect([waitlist.size, waitlist.first]).toEqual([plain.size, [...plain.values()][0]])
    }
    expect(new Set(tickets).size).toBe(tickets.length)
  }
  fc.assert(fc.property(fc.array(deed, { maxLength: 60 }), model))
})

test('one who came early and stays holds up nobody, nor what is kept of those who came and went', () => {
  const waitlist = new Waitlist<number>()
  const early = waitlist.add(-1)
  for (let item = 0; item < 100_000; item++) waitlist.remove(item, waitlist.add(item))
  expect([waitlist.size, [...waitlist]]).toEqual([1, [-1]])
  waitlist.remove(-1, early)
  const { places } = waitlist as unknown as { readonly places: { readonly length: number } }
  expect([waitlist.size, places.length]).toEqual([0, 0])
})

test('a ticket of another list is worth nothing', () => {
  const [here, there] = [new Waitlist<string>(), new Waitlist<string>()]
  const tickets = [here.add('a'), there.add('b')] as const
  expect([here.remove('b', tickets[1]), here.remove('b', tickets[0]), here.size]).toEqual([false, false, 1])
  expect([here.remove('a', tickets[0]), here.remove('a', tickets[0]), here.size]).toEqual([true, false, 0])
})
