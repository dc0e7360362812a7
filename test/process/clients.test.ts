import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { filter, firstValueFrom, takeWhile, toArray } from 'rxjs'
import { connect, type Client, type Entry } from 'kayak'
import { Harbour, type MemberProcess } from './process'

const ROOT = join(__dirname, '..', '..')
const at = ({ self }: MemberProcess): string => self.address

/** What one who begins now reads, up to an entry that is appended for that. */
async function everything(client: Client): Promise<readonly Entry[]> {
  const { index } = await client.log.append('the end', { timeoutMs: 60_000 })
  return firstValueFrom(
    client.log.listen().pipe(
      takeWhile(entry => entry.index < index),
      filter(({ payload }) => payload !== 'the end'),
      toArray(),
    ),
  )
}

describe('a client of real processes', () => {
  const harbour = new Harbour()
  const clients: Client[] = []
  beforeEach(() => harbour.open())
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(client => client.stop()))
    await harbour.close()
  })

  async function connected(...addresses: readonly string[]): Promise<Client> {
    const client = await connect(addresses, { timeoutMs: 60_000 })
    clients.push(client)
    return client
  }

  async function leaderOf(members: readonly MemberProcess[]): Promise<MemberProcess> {
    for (;;)
      for (const member of members)
        if (!member.hasEnded && (await member.ask('view', undefined)).role === 'leader') return member
  }

  it('appends exactly once, and hears all in order, through crashes of whoever leads and whomever it is connected to', async () => {
    let members = await harbour.grow(3)
    const names = ['a', 'b', 'c']
    const client = await connected(...members.map(at))
    const heard: Entry[] = []
    const listened: Entry[] = []
    client.committed$.subscribe(entry => heard.push(entry))
    client.log.listen().subscribe(entry => listened.push(entry))
    const acknowledged = new Map<string, number>()
    let isOver = false
    const write = async (writer: number): Promise<void> => {
      for (let number = 0; !isOver; number++) {
        const payload = `writer ${writer}, payload ${number}`
        acknowledged.set(payload, (await client.log.append(payload)).index)
      }
    }
    const writers = Array.from({ length: 8 }, (_, writer) => write(writer))
    const more = async (count: number): Promise<void> => {
      const enough = acknowledged.size + count
      while (acknowledged.size < enough) await new Promise(resolve => setImmediate(resolve))
    }
    for (let round = 0; round < 4; round++) {
      await more(100)
      const leader = await leaderOf(members)
      const own = members.find(({ self }) => self.id === client.connected?.id)
      const doomed = round % 2 === 0 || own === undefined ? leader : own
      const place = members.indexOf(doomed)
      await doomed.kill()
      await more(50)
      const again = await harbour.start(names[place] ?? '')
      members = members.map((member, index) => (index === place ? again : member))
    }
    isOver = true
    await Promise.all(writers)
    const all = await everything(client)
    expect(new Map(all.map(({ index, payload }) => [payload, index]))).toEqual(acknowledged)
    expect(all).toHaveLength(acknowledged.size)
    const told = ({ index, payload }: Entry): unknown => [index, payload]
    expect(heard.filter(({ payload }) => payload !== 'the end').map(told)).toEqual(all.map(told))
    expect(listened.slice(0, all.length).map(told)).toEqual(all.map(told))
  }, 240_000)

  it('leaves a member that has stopped to answer, within a bounded time, and loses nothing by it', async () => {
    const members = await harbour.grow(3)
    const client = await connected(...members.map(at))
    const heard: number[] = []
    client.committed$.subscribe(({ index }) => heard.push(index))
    const first = await client.log.append('before')
    const paused = members.find(({ self }) => self.id === client.connected?.id)
    paused?.child.kill('SIGSTOP')
    const second = await client.log.append('meanwhile', { timeoutMs: 50_000 })
    expect(client.connected?.id).not.toBe(paused?.self.id)
    paused?.child.kill('SIGCONT')
    const third = await client.log.append('after')
    expect(heard).toEqual([first, second, third].map(({ index }) => index))
  }, 120_000)

  it('finds the others by one address, and stays when all that it began with leave, one after the other', async () => {
    const members = await harbour.grow(3)
    const [first] = members
    if (first === undefined) throw new Error('The cluster has not grown.')
    const client = await connected(at(first))
    expect(client.roster.voters.map(({ id }) => id).sort()).toEqual(members.map(({ self }) => self.id).sort())
    const indexes: number[] = []
    client.committed$.subscribe(({ index }) => indexes.push(index))
    for (const [round, name] of ['d', 'e', 'f'].entries()) {
      await client.log.append(`round ${round}`)
      const { address } = client.connected ?? first.self
      const joined = await harbour.start(name, { peers: [address] })
      const old = members[round]
      await old?.ask('close', undefined)
      await old?.ended
      await firstValueFrom(client.roster$.pipe(filter(({ voters }) => voters.every(({ id }) => id !== old?.self.id))))
      expect(client.roster.voters.map(({ id }) => id)).toContain(joined.self.id)
    }
    const last = await client.log.append('nobody of the first is left')
    expect(indexes).toHaveLength(4)
    expect(indexes.at(-1)).toBe(last.index)
  }, 240_000)

  it('leaves nothing that keeps its process running once it has stopped, nor where it could not connect', async () => {
    const [member] = await harbour.grow(1)
    if (member === undefined) throw new Error('The cluster has not grown.')
    const program = `
      const { connect } = require('kayak/client')
      const run = async () => {
        const client = await connect(['${at(member)}'])
        client.committed$.subscribe()
        client.log.listen().subscribe()
        console.log((await client.log.append('x')).payload, client.connected.address)
        await client.stop()
        await connect(['127.0.0.1:9'], { timeoutMs: 500 }).catch(error => console.log(error.code))
      }
      run()`
    const child = spawn(process.execPath, ['-e', program], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const status = await new Promise(resolve => child.on('close', resolve))
    expect([status, said]).toEqual([0, `x ${at(member)}\nKAYAK_TIMEOUT\n`])
  })
})
