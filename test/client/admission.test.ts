import type { Authorized } from 'kayak'
import { firstValueFrom } from 'rxjs'
import { ClientGreeting } from '../../plugins/transport-socketio/client/greeting'
import { MemberGreeting } from '../../plugins/transport-socketio/clients/greeting'
import { prove } from '../../plugins/transport-socketio/proof'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { seededRandom } from '../../lib/testing/seeded-random'
import { Cluster, failing } from './cluster'

const NOT_AUTHORIZED = { code: 'KAYAK_NOT_AUTHORIZED', outcome: 'rejected' }

describe('who comes in as a client', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('has the secret, where there is one, and proves it', async () => {
    const host = await cluster.start({ secret: 'the right one' })
    const client = await cluster.connect([host], { secret: 'the right one' })
    expect((await client.log.append('x')).payload).toBe('x')
    for (const options of [{}, { secret: 'a wrong one' }, { token: 'a token' }])
      expect(await failing(cluster.connect([host], options))).toMatchObject(NOT_AUTHORIZED)
    const open = await cluster.start()
    expect(await failing(cluster.connect([open], { secret: 'the right one' }))).toMatchObject(NOT_AUTHORIZED)
  })

  it('or shows a token, and may do what the consumer says that it lets him do', async () => {
    const asked: string[] = []
    const answers: Readonly<Record<string, () => unknown>> = {
      all: () => true,
      some: () => Promise.resolve({ append: false }),
      none: () => false,
      thrown: () => {
        throw new Error('a mistake')
      },
      rejected: () => Promise.reject(new Error('a mistake')),
      truthy: () => 'yes',
      number: () => 1,
      vague: () => ({ append: 'yes' }),
      nothing: () => undefined,
    }
    // a consumer's function may give anything
    const authorize = (token: string): Authorized | Promise<Authorized> => {
      asked.push(token)
      return answers[token]?.() as Authorized
    }
    for (const secret of [undefined, 'a secret']) {
      const host = await cluster.start({ clients: { authorize }, ...(secret !== undefined && { secret }) })
      const all = await cluster.connect([host], { token: 'all' })
      expect((await all.log.append('x')).payload).toBe('x')
      const some = await cluster.connect([host], { token: 'some' })
      expect(await failing(some.log.append('y'))).toMatchObject(NOT_AUTHORIZED)
      expect(await some.read(() => 'read')).toBe('read')
      expect((await firstValueFrom(some.log.listen())).payload).toBe('x')
      for (const token of ['none', 'thrown', 'rejected', 'truthy', 'number', 'vague', 'nothing', 'unheard of'])
        expect([token, await failing(cluster.connect([host], { token }))]).toMatchObject([token, NOT_AUTHORIZED])
      expect(await failing(cluster.connect([host]))).toMatchObject(NOT_AUTHORIZED)
      if (secret !== undefined) await cluster.connect([host], { secret })
    }
    expect(asked).toContain('unheard of')
  })

  it('asks for a token again where it could not be had', async () => {
    const one = await cluster.start({ clients: { authorize: token => token === 'token' } })
    let times = 0
    const token = (): Promise<string> =>
      ++times < 3 ? Promise.reject(new Error('fetch failed')) : Promise.resolve('token')
    const client = await cluster.connect([one], { token })
    expect(times).toBe(3)
    await client.log.append('it is in')
  })

  it('shows a token that is made anew for each connection', async () => {
    const [a, b] = [{ clients: { authorize: (token: string) => token.startsWith('token') } }, 'token']
    const [one, ...others] = await cluster.trio(a)
    let count = 0
    const client = await cluster.connect([one, ...others], { token: () => Promise.resolve(`${b} ${++count}`) })
    expect(count).toBe(1)
    await [one, ...others].find(({ self }) => self.id === client.connected?.id)?.stop()
    await client.log.append('x')
    expect(count).toBeGreaterThan(1)
  })

  it.each([
    [{ authorize: 7 }, 'authorize'],
    [{ origins: 'https://example.com' }, 'origins'],
    [{ origins: ['https://example.com/'] }, 'origins'],
    [{ origins: ['*'] }, 'origins'],
    [{ origin: [] }, 'origin'],
    [true, 'must be an object'],
  ])('by options that are checked: %j', async (clients, named) => {
    const error = await failing(cluster.start({ clients: clients as object }))
    expect(error).toMatchObject({ code: 'KAYAK_INVALID', message: expect.stringContaining(named) as string })
  })
})

describe('a greeting', () => {
  const random = seededRandom(5)
  const self = {
    id: 'a'.repeat(32),
    address: 'a:1',
    secret: 'shh',
    clusterId: 'c'.repeat(32),
    random,
    protocol: PROTOCOL,
  }
  const gate = { origins: [], authorize: undefined, maxMessageBytes: 1000 }
  const say = async (step: Promise<object> | object): Promise<{ type: string; payload: object }> =>
    (await step) as { type: string; payload: object }

  async function met(
    secret: string,
  ): Promise<{ client: ClientGreeting; member: MemberGreeting; proof: object; challenge: object }> {
    const client = new ClientGreeting({ secret, token: undefined }, random)
    const member = new MemberGreeting(self, gate)
    const { payload: hello } = await say(client.opening)
    const { payload: challenge } = await say(firstValueFrom(member.receive('hello', hello)))
    const { payload: proof } = await say(client.receive('challenge', challenge))
    return { client, member, proof, challenge }
  }

  it('is over when both have proven the secret', async () => {
    const { client, member, proof } = await met('shh')
    const { type, payload } = await say(firstValueFrom(member.receive('proof', proof)))
    expect(type).toBe('done')
    expect(await client.receive('welcome', payload)).toMatchObject({
      type: 'done',
      member: { id: self.id, address: 'a:1' },
    })
  })

  it('ends where the member that was dialled does not have the secret, and where the client does not', async () => {
    const { client, member } = await met('shh')
    for (const proof of ['', 'f'.repeat(64)]) {
      const { client: another } = await met('shh')
      expect(await another.receive('welcome', { proof, append: true })).toMatchObject({ code: 'KAYAK_NOT_AUTHORIZED' })
    }
    expect(await client.receive('challenge', {})).toMatchObject({ type: 'refused' })
    expect(await firstValueFrom(member.receive('proof', { proof: '' }))).toMatchObject({ code: 'KAYAK_NOT_AUTHORIZED' })
    const wrong = await met('other')
    expect(await firstValueFrom(wrong.member.receive('proof', wrong.proof))).toMatchObject({
      code: 'KAYAK_NOT_AUTHORIZED',
    })
  })

  it('takes no proof that a member has made for another, nor its own', async () => {
    const client = new ClientGreeting({ secret: 'shh', token: undefined }, random)
    const { payload: hello } = await say(client.opening)
    for (const side of ['dialler', 'acceptor'] as const) {
      const member = new MemberGreeting(self, gate)
      const { payload: challenge } = await say(firstValueFrom(member.receive('hello', hello)))
      const proof = prove('shh', side, hello, challenge)
      expect(await firstValueFrom(member.receive('proof', { proof }))).toMatchObject({ type: 'refused' })
    }
  })
})
