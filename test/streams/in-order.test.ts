import { InOrder } from '../../streams/sources/in-order'

const late = (order: InOrder, ...ids: readonly string[]): readonly boolean[] => ids.map(id => order.isLate(id))

describe('requests in the order of those who ask', () => {
  it('are late where they come again, or behind one that was sent after them', () => {
    const order = new InOrder(8)
    expect(late(order, 'a-1', 'a-2', 'a-1', 'b-1', 'a-3', 'a-3')).toEqual([false, false, true, false, false, true])
  })

  it('count in base 36, which keeps the order of decimals', () => {
    expect(late(new InOrder(8), 'a-9', 'a-z', 'a-10', 'a-y')).toEqual([false, false, false, true])
    expect(late(new InOrder(8), 'a-9', 'a-10', 'a-100', 'a-99')).toEqual([false, false, false, true])
  })

  it('may have no number: then each is an asker of its own', () => {
    expect(late(new InOrder(8), 'one', 'other', 'one')).toEqual([false, false, true])
  })

  it('are remembered of so many askers, those who have asked last', () => {
    const order = new InOrder(2)
    expect(late(order, 'a-5', 'b-5', 'a-6', 'c-5')).toEqual([false, false, false, false])
    expect(late(order, 'a-5', 'c-4', 'b-5')).toEqual([true, true, false])
  })
})
