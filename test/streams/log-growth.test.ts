import { Subject } from 'rxjs'
import { lowerLimits } from '../../lib/testing/cluster'
import { logGrowth$ } from '../../streams/outlets/growth'
import type { Replica } from '../../streams/replica/replica'
import { Place } from './place'
import { rosterOf } from './snapshots'

const adopt = (replica: Replica, index: number): void =>
  replica.adopt({ index, term: 1, time: 0, roster: rosterOf('abc', 1), sessionBytes: 0, bytes: 0, checksum: 0 })

describe('the growth of a log', () => {
  let restore: () => void = () => undefined
  beforeEach(() => (restore = lowerLimits({ logGrowthBytes: 100 })))
  afterEach(() => restore())

  /** What is warned of when so many bytes are applied, or a snapshot is taken. */
  const warnings = (steps: readonly (number | 'snapshot')[]): readonly number[] => {
    const { replica } = new Place()
    const applied$ = new Subject<{ bytes: number }>()
    const warned: number[] = []
    logGrowth$(replica, applied$).subscribe(bytes => warned.push(bytes))
    steps.forEach((step, at) => {
      if (step === 'snapshot') adopt(replica, at + 1)
      else applied$.next({ bytes: step })
    })
    return warned
  }

  it('is warned of at the limit and at each doubling, once each', () => {
    expect(warnings([99])).toEqual([])
    expect(warnings([99, 1, 50, 49, 1, 100, 99, 1])).toEqual([100, 200, 400])
  })

  it('begins anew with each snapshot, whose limit is the first again', () => {
    expect(warnings([100, 100, 'snapshot', 99, 'snapshot', 60, 40, 99, 1])).toEqual([100, 200, 100, 200])
  })

  it('is none while snapshots keep up', () => {
    const steps = Array.from({ length: 100 }, () => [60, 'snapshot'] as const).flat()
    expect(warnings(steps)).toEqual([])
  })
})
