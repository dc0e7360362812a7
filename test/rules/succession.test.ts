import { preferredTo, successor, type Heir } from '../../streams/rules/succession'
import { memberOf } from './rosters'

const heir = (id: string, match: number, priority?: number, isAlive = true): Heir => ({
  ...memberOf(id),
  ...(priority !== undefined && { priority }),
  isAlive,
  match,
})

describe('who takes over best', () => {
  it.each([
    ['who has most', [heir('b', 3), heir('c', 5), heir('d', 4)], 'c'],
    ['the first of those who have as much', [heir('b', 5), heir('c', 5)], 'b'],
    ['who is preferred, though another has more', [heir('b', 9), heir('c', 5, 2), heir('d', 7, 1)], 'c'],
    ['nobody who does not answer', [heir('b', 3), heir('c', 5, 9, false)], 'b'],
    ['nobody where none answers', [heir('b', 3, 0, false)], undefined],
    ['nobody where there is none', [], undefined],
  ])('is %s', (_, heirs, id) => {
    expect(successor(heirs)?.id).toBe(id)
  })
})

describe('who should lead in the place of a leader', () => {
  const leader = { ...memberOf('a'), priority: 1 }
  it.each([
    ['who is preferred to it', [heir('b', 5, 2), heir('c', 5)], 'b'],
    ['who is preferred most', [heir('b', 5, 2), heir('c', 5, 3)], 'c'],
    ['nobody as good as it', [heir('b', 9, 1), heir('c', 9)], undefined],
    ['nobody who lacks what has committed', [heir('b', 4, 2)], undefined],
    ['nobody who does not answer', [heir('b', 5, 2, false)], undefined],
  ])('is %s', (_, heirs, id) => {
    expect(preferredTo(leader, heirs, 5)?.id).toBe(id)
  })
})
