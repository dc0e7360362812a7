import { lowerLimits } from '../../lib/testing/cluster'
import { VirtualClock } from '../../lib/testing/virtual-clock'
import type { HostEventBody } from '../../streams/contracts/events'
import { Budgets } from '../../streams/replica/budgets'

describe('what is told of budgets', () => {
  let restore: () => void = () => undefined
  beforeEach(() => (restore = lowerLimits({ budgetNoticeMs: 100 })))
  afterEach(() => restore())

  function told(): { clock: VirtualClock; budgets: Budgets; events: HostEventBody[] } {
    const clock = new VirtualClock()
    const budgets = new Budgets(clock)
    const events: HostEventBody[] = []
    budgets.told$.subscribe(event => events.push(event))
    return { clock, budgets, events }
  }

  it('is that one begins to bind, at once, with what it is about', () => {
    const { budgets, events } = told()
    budgets.over('in-flight', 12, 10, { member: 'b' })
    const event = {
      type: 'over-budget',
      budget: 'in-flight',
      used: 12,
      limit: 10,
      unit: 'bytes',
      member: 'b',
      count: 1,
    }
    expect(events).toEqual([event])
  })

  it('says in what it is counted, and is told of each bound that one has', () => {
    const { budgets, events } = told()
    budgets.over('requests', 3, 2)
    budgets.over('held', 30, 20)
    budgets.over('held', 5, 4, { unit: 'count' })
    budgets.over('held', 30, 20)
    expect(events).toMatchObject([
      { budget: 'requests', used: 3, limit: 2, unit: 'count' },
      { budget: 'held', used: 30, limit: 20, unit: 'bytes' },
      { budget: 'held', used: 5, limit: 4, unit: 'count' },
    ])
  })

  it('is little while it goes on, with how often it was', () => {
    const { clock, budgets, events } = told()
    for (let at = 0; at < 1000; at++) {
      budgets.over('buffered', at, 10)
      clock.advanceBy(1)
    }
    expect(events.map(event => event.type === 'over-budget' && event.count)).toEqual([
      1, 100, 100, 100, 100, 100, 100, 100, 100, 100,
    ])
  })

  it('is of each budget, and each member, for itself', () => {
    const { budgets, events } = told()
    for (const member of ['b', 'c', 'b']) budgets.over('in-flight', 1, 0, { member })
    budgets.over('transfers', 1, 0, { member: 'b' })
    expect(events).toHaveLength(3)
  })

  it('ends where whoever hears it does the same again', () => {
    const { budgets, events } = told()
    budgets.told$.subscribe(() => budgets.over('pending', 1, 0))
    budgets.over('pending', 1, 0)
    expect(events).toHaveLength(1)
  })
})
