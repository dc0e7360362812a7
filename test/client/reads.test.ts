import { Cluster, failing } from './cluster'

const never = (): Promise<number> => new Promise(() => undefined)

describe('a read of a client', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('ends by its deadline, by its signal and with the client, though its query does not end', async () => {
    const client = await cluster.connect([await cluster.start()])
    for (const level of ['linearizable', 'stale'] as const)
      expect(await failing(client.read(never, level, { timeoutMs: 200 }))).toMatchObject({
        code: 'KAYAK_TIMEOUT',
        outcome: 'rejected',
      })
    const thenable = failing(client.read(() => ({ then: () => undefined }), 'stale', { timeoutMs: 200 }))
    expect(await thenable).toMatchObject({ code: 'KAYAK_TIMEOUT', outcome: 'rejected' })
    const aborting = new AbortController()
    const aborted = failing(client.read(() => (aborting.abort(), never()), 'linearizable', { signal: aborting.signal }))
    expect(await aborted).toMatchObject({ code: 'KAYAK_ABORTED', outcome: 'rejected' })
    const stopped = failing(client.read(() => (void client.stop(), never())))
    expect(await stopped).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
  })

  it('gives what its query does', async () => {
    const client = await cluster.connect([await cluster.start()])
    expect(await client.read(() => Promise.resolve('later'))).toBe('later')
    expect(await client.read(() => 'at once', 'stale')).toBe('at once')
    await expect(client.read(() => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
  })

  it('is too stale where that is not proven in time, as a read of a host is', async () => {
    const [a, b, c] = await cluster.trio()
    const client = await cluster.connect([a])
    await Promise.all([b.stop(), c.stop()])
    const options = { maxMs: 0, timeoutMs: 300 }
    for (const reader of [a, client])
      expect(await failing(reader.read(() => 1, 'bounded', options))).toMatchObject({
        code: 'KAYAK_TOO_STALE',
        outcome: 'rejected',
      })
    expect(await failing(client.read(() => 1, 'linearizable', { timeoutMs: 300 }))).toMatchObject({
      code: 'KAYAK_TIMEOUT',
    })
  })
})
