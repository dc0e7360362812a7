import { firstValueFrom } from 'rxjs'
import { commands, machine } from 'kayak'
import { z } from 'zod'
import { Cluster, failing } from './cluster'

const old = commands({ open: z.object({ name: z.string() }) })
const newer = commands({
  open: {
    version: 2,
    schema: z.object({ name: z.string(), seats: z.number() }),
    upcast: { 1: ({ name }: { name: string }) => ({ name, seats: 1 }) },
  },
})

describe('commands of another version, outside the cluster', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('that are newer than a client are told of as a host tells of them', async () => {
    const host = await cluster.start({ codec: newer })
    // what an older program would say
    const client = await cluster.connect([host.self.address], { codec: old })
    await host.log.append({ type: 'open', name: 'a', seats: 2 })
    const version = { code: 'KAYAK_VERSION' }
    expect(await failing(firstValueFrom(client.log.listen(1)))).toMatchObject(version)
    const one = machine(client, { initial: 0, apply: (count: number) => count + 1 })
    expect(await failing(one.ready())).toMatchObject({ cause: version })
    await one.stop()
  })

  it('that are newer than a member are refused by it, and nothing has been appended', async () => {
    const host = await cluster.start({ codec: old })
    const client = await cluster.connect([host.self.address], { codec: newer })
    const append = client.log.append({ type: 'open', name: 'a', seats: 2 }, { timeoutMs: 2000 })
    expect(await failing(append)).toMatchObject({ code: 'KAYAK_VERSION', outcome: 'rejected' })
    expect(host.log.shown).toBe(0)
  })
})
