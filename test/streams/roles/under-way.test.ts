import { UnderWay } from '../../../streams/roles/leader/under-way'
import { entryBytes } from '../../../streams/rules/entry'
import { logEntry } from '../entries'

const named = (index: number, session: string, number: number) => logEntry(index, 1, { session, number })

describe('what is under way', () => {
  it('is known by its name until it is applied, and measured', () => {
    const entries = [named(1, 's', 1), named(2, 's', 2), named(4, 't', 1)]
    const underWay = UnderWay.of(entries)
    const bytes = entries.map(entryBytes)
    expect([1, 2, 3].map(number => underWay.has({ session: 's', number }))).toEqual([true, true, false])
    expect(underWay.bytes).toBe(bytes.reduce((sum, one) => sum + one))
    underWay.forget(3)
    expect([1, 2].map(number => underWay.has({ session: 's', number }))).toEqual([false, false])
    expect(underWay.has({ session: 't', number: 1 })).toBe(true)
    expect(underWay.bytes).toBe(bytes[2])
    underWay.add(named(5, 's', 1))
    underWay.forget(5)
    expect([underWay.bytes, underWay.has({ session: 's', number: 1 })]).toEqual([0, false])
  })

  it('is counted once where it stands in a log twice, and nothing where it has no name', () => {
    const entry = named(1, 's', 1)
    const underWay = UnderWay.of([entry, logEntry(2, 1), named(3, 's', 1)])
    expect(underWay.bytes).toBe(entryBytes(entry))
    expect(underWay.has({ session: '', number: 0 })).toBe(false)
  })
})
