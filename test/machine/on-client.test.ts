import { machine, reply, type Codec } from 'kayak'
import { everyEntries } from 'kayak/streams'
import { map } from 'rxjs'
import { Cluster, failing } from '../client/cluster.js'
import { record } from '../host/world.js'

const codec: Codec<number> = {
  encode: value => new TextEncoder().encode(String(value)),
  decode: bytes => Number(new TextDecoder().decode(bytes)),
}
const sum = { initial: 0, apply: (total: number, add: number) => reply(total + add, total + add) }

describe('a machine on a client outside the cluster', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('answers, reads and follows as on a host, through the crash of whom it is connected to', async () => {
    const hosts = await cluster.trio({ codec })
    const client = await cluster.connect(hosts, { codec })
    const [outside, inside] = [machine(client, sum), machine(hosts[1], sum)]
    const states = record(outside.state$)
    expect(await outside.propose(1)).toBe(1)
    for (let at = 2; at <= 10; at++) {
      expect(await (at % 2 === 0 ? inside : outside).propose(1)).toBe(at)
      expect(await outside.read(total => total)).toBe(at)
      expect(await outside.read(total => total, 'session', { token: hosts[1].token })).toBe(at)
    }
    const connected = hosts.find(({ self }) => self.id === client.connected?.id)
    await connected?.stop()
    const left = hosts.find(host => host !== connected)
    expect(await outside.propose(1, { timeoutMs: 30_000 })).toBe(11)
    expect(left?.log.committed).toBeGreaterThan(0)
    await outside.ready()
    expect(states.values).toEqual([...new Set(states.values)].sort((a, b) => a - b))
    expect(states.values.at(-1)).toBe(11)
    await outside.stop()
    expect(await failing(outside.propose(1))).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
  })

  it('begins with the snapshot of a member, and has nothing to compact itself', async () => {
    const host = await cluster.start({ codec })
    const inside = machine(host, { ...sum, compact: everyEntries(5) })
    const compacted = record(inside.compaction$.pipe(map(({ type }) => type)))
    for (let at = 1; at <= 7; at++) await inside.propose(1)
    while (!compacted.values.includes('finished')) await new Promise(setImmediate)
    const client = await cluster.connect([host], { codec })
    const outside = machine(client, { ...sum, name: 'outside' })
    await outside.ready()
    expect(outside.state).toBe(7)
    expect(() => machine(client, { ...sum, name: 'other', compact: everyEntries(5) })).toThrow('Only a member')
    // the name is not taken by what was refused
    await machine(client, { ...sum, name: 'other' }).ready()
  })
})
