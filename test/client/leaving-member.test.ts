import { EMPTY, filter, firstValueFrom } from 'rxjs'
import { Connection } from '../../lib/client/connection'
import { ClientRead, clientMessage, failureOf, type Answering } from '../../streams/contracts/client-messages'
import { KayakError } from '../../streams/contracts/errors'
import { Cluster, failing } from './cluster'

describe('a member that leaves', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.stop())

  it('waits for no client, and its clients go on at another', async () => {
    const [a, b] = await cluster.trio()
    const client = await cluster.connect([b])
    const far = client.token.replace(/:.*/, ':999999999')
    const reasons: string[] = []
    client.events$.subscribe(event => {
      if (event.type === 'disconnected') reasons.push(event.reason)
    })
    const never = failing(client.read(() => 1, 'session', { token: far, timeoutMs: 3_600_000 }))
    await client.log.append('before')
    const gone = firstValueFrom(client.connected$.pipe(filter(connected => connected?.id !== b.self.id)))
    const closing = b.close({ timeoutMs: 30_000 })
    await gone
    await client.log.append('meanwhile')
    await closing
    expect(a.roster.voters.map(({ id }) => id)).not.toContain(b.self.id)
    expect(a.roster.voters.map(({ id }) => id)).toContain(client.connected?.id)
    // it was connected there once
    expect(reasons).toHaveLength(1)
    await client.stop()
    expect(await never).toMatchObject({ code: 'KAYAK_STOPPED', outcome: 'rejected' })
  })

  it.each([
    ['KAYAK_STOPPED', 1],
    ['KAYAK_REMOVED', 1],
    ['KAYAK_TIMEOUT', 0],
  ] as const)('is left by a client that it answers with %s: %i', (code, times) => {
    const member = { id: 'a', address: 'a:1' }
    const line = { member, clusterId: 'c', rights: { append: true }, inbound$: EMPTY, send: () => undefined }
    const connection = new Connection(line)
    const [heard, reasons]: [Answering[], string[]] = [[], []]
    connection.givenUp$.subscribe(({ message }) => reasons.push(message))
    connection
      .ask(id => clientMessage(ClientRead, { id, level: 'linearizable', timeoutMs: 1 }))
      .subscribe(answer => heard.push(answer))
    const failed = failureOf(1, new KayakError(code, 'No more.'))
    connection.receive(failed)
    expect(heard).toEqual([failed])
    expect(reasons).toHaveLength(times)
  })
})
