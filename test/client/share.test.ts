import { filter, firstValueFrom } from 'rxjs'
import { Share } from '../../lib/host/clients/share'
import { ERRORS } from '../../streams/contracts/errors'
import { lowerLimits } from '../../lib/testing/cluster/limits'
import { LIMITS } from '../../streams/contracts/limits'
import type { Budgets } from '../../streams/replica/budgets'
import { Cluster, failing } from './cluster'

const KiB = 1024

describe('what all clients of a member wait for', () => {
  const cluster = new Cluster()
  let restore = (): void => undefined
  afterEach(async () => {
    await cluster.stop()
    restore()
  })

  it('leaves room for its own callers', async () => {
    // four of six, which are there before anybody misses the others
    restore = lowerLimits({ allClientRequestBytes: 32 * KiB })
    const [a, b, c] = await cluster.trio()
    const clients = [await cluster.connect([a]), await cluster.connect([a])]
    await Promise.all([b.stop(), c.stop()])
    const large = new Uint8Array(7 * KiB)
    const refused = firstValueFrom(
      a.events$.pipe(filter(event => event.type === 'over-budget' && event.budget === 'client-pending')),
    )
    const answers = clients.flatMap(client =>
      [1, 2, 3].map(() => failing(client.log.append(large, { timeoutMs: 15_000 }))),
    )
    await refused
    expect(await Promise.race(answers)).toMatchObject({
      code: 'KAYAK_OVERLOADED',
      message: expect.stringContaining('"client-pending"') as string,
    })
    // it waits, as long as it may
    expect(await failing(a.log.append(large, { timeoutMs: 300 }))).toMatchObject({ code: 'KAYAK_TIMEOUT' })
    for (const client of clients) await client.stop()
    const codes = (await Promise.all(answers)).map(({ code }) => code)
    expect(codes.filter(code => code === 'KAYAK_OVERLOADED')).toHaveLength(2)
  })

  it('is counted, and is half of what may wait there', () => {
    const over: unknown[][] = []
    // of budgets it calls nothing else
    const share = new Share({ over: (...of: unknown[]) => over.push(of) } as unknown as Budgets)
    const fill = (): void => {
      for (let at = 0; at < LIMITS.pendingRequests / 2; at++) {
        share.admit(0)
        share.enter(0)
      }
    }
    fill()
    expect(() => share.admit(0)).toThrow(ERRORS.KAYAK_OVERLOADED)
    expect(over).toEqual([['client-requests', LIMITS.pendingRequests / 2 + 1, LIMITS.pendingRequests / 2]])
    share.leave(0)
    expect(() => share.admit(LIMITS.pendingAppendBytes / 2)).not.toThrow()
    expect(() => share.admit(LIMITS.pendingAppendBytes / 2 + 1)).toThrow('together')
  })
})
