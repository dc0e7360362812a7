import { seededRandom } from '../../lib/testing/seeded-random'
import { Handshake, type Self, type Step } from '../../plugins/transport-socketio/handshake'
import { speaking } from '../../lib/testing/transport-kit/lab'
import type { EventName } from '../../plugins/transport-socketio/parser'

const random = seededRandom(1)
const CLUSTER = 'c'.repeat(32)

const self = (name: string, fields: Partial<Self> = {}): Self => ({
  id: name.repeat(32),
  address: `127.0.0.1:${name.charCodeAt(0)}`,
  secret: 'long and random',
  clusterId: CLUSTER,
  random,
  protocol: speaking({ oldest: 1, newest: 1 }),
  ...fields,
})

interface Said {
  readonly from: 'dialler' | 'acceptor'
  readonly event: EventName
  readonly payload: object
}

const saidIn = (step: Step): { event: EventName; payload: object } | undefined =>
  step.type === 'say' ? step : step.type === 'done' ? step.say : undefined

/** Carries what the two say to each other, through the hands of somebody in between. */
function converse(a: Handshake, b: Handshake, tamper: (said: Said) => Said = said => said) {
  const said: Said[] = []
  const steps: { dialler: Step; acceptor: Step | undefined } = { dialler: a.opening, acceptor: undefined }
  let speaker: 'dialler' | 'acceptor' = 'dialler'
  for (let step: Step = a.opening; ;) {
    const say = saidIn(step)
    if (say === undefined) return { said, ...steps }
    const heard = tamper({ from: speaker, ...say })
    said.push({ from: speaker, ...say })
    speaker = speaker === 'dialler' ? 'acceptor' : 'dialler'
    step = (speaker === 'dialler' ? a : b).receive(heard.event, heard.payload)
    steps[speaker] = step
  }
}

const dialler = (fields: Partial<Self> = {}): Handshake => new Handshake(self('a', fields), 'dialler')
const acceptor = (fields: Partial<Self> = {}): Handshake => new Handshake(self('b', fields), 'acceptor')

const refused = (code: string): unknown => expect.objectContaining({ type: 'refused', code })

const naming = (field: string): unknown => expect.stringContaining(field)

describe('a handshake', () => {
  test.each([
    ['with a secret', 'long and random'],
    ['without one', undefined],
  ])('%s makes both known', (_, secret) => {
    const [a, b] = [dialler({ secret }), acceptor({ secret })]
    const { dialler: last, acceptor: done, said } = converse(a, b)
    expect([last.type, done?.type]).toEqual(['done', 'done'])
    expect(said.map(({ event }) => event)).toEqual(['hello', 'challenge', 'proof', 'welcome'])
    expect(a.peer).toEqual({ id: 'b'.repeat(32), address: '127.0.0.1:98' })
    expect(b.peer).toEqual({ id: 'a'.repeat(32), address: '127.0.0.1:97' })
    expect(JSON.stringify(said)).not.toContain('long and random')
  })

  test('a joiner without a cluster is let in, and may be called', () => {
    expect(converse(dialler({ clusterId: undefined }), acceptor()).dialler.type).toBe('done')
    expect(converse(dialler(), acceptor({ clusterId: undefined })).dialler.type).toBe('done')
  })

  test.each([
    ['another secret', { secret: 'guessed' }, 'KAYAK_NOT_AUTHORIZED'],
    ['no secret', { secret: undefined }, 'KAYAK_NOT_AUTHORIZED'],
    ['another cluster', { clusterId: 'd'.repeat(32) }, 'KAYAK_OTHER_CLUSTER'],
    ['the id of the other', { id: 'b'.repeat(32) }, 'KAYAK_INVALID'],
  ])('%s is refused by the acceptor', (_, fields, code) => {
    expect(converse(dialler(fields), acceptor()).acceptor).toEqual(refused(code))
  })

  test('an acceptor without the secret can not make itself welcome', () => {
    const real = converse(dialler(), acceptor()).said
    const forged = converse(dialler(), acceptor(), said =>
      said.event === 'welcome' ? { ...said, payload: real[3]?.payload ?? {} } : said,
    )
    expect(forged.dialler).toEqual(refused('KAYAK_NOT_AUTHORIZED'))
  })

  test('who is not the one that is meant is refused', () => {
    const meant = new Handshake(self('a'), 'dialler', 'e'.repeat(32))
    expect(converse(meant, acceptor()).dialler).toEqual(refused('KAYAK_INVALID'))
  })

  test('a recorded handshake can not be replayed', () => {
    const { said } = converse(dialler(), acceptor())
    const [hello, , proof] = said
    const victim = acceptor()
    expect(victim.receive('hello', hello?.payload).type).toBe('say')
    expect(victim.receive('proof', proof?.payload)).toEqual(refused('KAYAK_NOT_AUTHORIZED'))
  })

  test('a proof can not be sent back to whom it came from', () => {
    const victim = dialler()
    const challenge = saidIn(acceptor().receive('hello', saidIn(victim.opening)?.payload))
    const proof = saidIn(victim.receive('challenge', challenge?.payload))
    expect(victim.receive('welcome', proof?.payload)).toEqual(refused('KAYAK_NOT_AUTHORIZED'))
  })

  test('a member is not made to prove itself to itself', () => {
    const victim = dialler()
    const hello = saidIn(victim.opening)?.payload
    expect(victim.receive('challenge', hello)).toEqual(refused('KAYAK_INVALID'))
    expect(new Handshake(self('a'), 'acceptor').receive('hello', hello)).toEqual(refused('KAYAK_INVALID'))
  })

  test.each([
    ['memberId', 'e'.repeat(32)],
    ['clusterId', undefined],
    ['address', '10.0.0.1:1'],
    ['nonce', '0'.repeat(64)],
  ])('a change of %s on the way, of either hello, is found', (field, value) => {
    for (const event of ['hello', 'challenge'] as const) {
      const { dialler: a, acceptor: b } = converse(dialler(), acceptor(), said =>
        said.event === event ? { ...said, payload: { ...said.payload, [field]: value } } : said,
      )
      expect([a, b]).toContainEqual(refused('KAYAK_NOT_AUTHORIZED'))
    }
  })

  test('to say that one has no secret does not spare one the proof', () => {
    const methods: Partial<Record<EventName, string>> = { hello: 'hmac-sha256', challenge: 'none' }
    const { acceptor: b } = converse(dialler({ secret: undefined }), acceptor(), said => {
      const method = methods[said.event]
      return method === undefined ? said : { ...said, payload: { ...said.payload, method } }
    })
    expect(b).toEqual(refused('KAYAK_NOT_AUTHORIZED'))
  })

  test.each(['message', 'proof', 'challenge', 'welcome'] as const)('%s before a hello is out of turn', event => {
    expect(acceptor().receive(event, {})).toEqual(refused('KAYAK_INVALID'))
  })

  test('nothing is heard after the end but messages, which are not its business', () => {
    const [a, b] = [dialler(), acceptor()]
    const { said } = converse(a, b)
    expect(b.receive('proof', said[2]?.payload)).toEqual(refused('KAYAK_INVALID'))
    expect(a.receive('welcome', said[3]?.payload)).toEqual(refused('KAYAK_INVALID'))
  })

  test.each([
    ['one side', { oldest: 1, newest: 2 }, { oldest: 2, newest: 3 }],
    ['the other', { oldest: 2, newest: 3 }, { oldest: 1, newest: 2 }],
    ['none', { oldest: 2, newest: 2 }, { oldest: 2, newest: 2 }],
  ])('they talk in the newest version that both speak, where %s is the older', (_, one, other) => {
    const [a, b] = [dialler({ protocol: speaking(one) }), acceptor({ protocol: speaking(other) })]
    const { dialler: last, acceptor: done } = converse(a, b)
    expect([last.type, done?.type]).toEqual(['done', 'done'])
    expect([a.tongue.version, b.tongue.version]).toEqual([2, 2])
  })

  test.each(['version', 'oldest'])(
    'a change of %s on the way, of either hello, makes nobody talk in another',
    field => {
      const protocol = speaking({ oldest: 1, newest: 3 })
      for (const event of ['hello', 'challenge'] as const) {
        const { dialler: a, acceptor: b } = converse(dialler({ protocol }), acceptor({ protocol }), said =>
          said.event === event ? { ...said, payload: { ...said.payload, [field]: 2 } } : said,
        )
        expect([a, b]).toContainEqual(refused('KAYAK_NOT_AUTHORIZED'))
      }
    },
  )

  test('what a newer version says further is ignored, and bound', () => {
    const protocol = speaking({ oldest: 1, newest: 2 })
    const more = (said: Said): Said => ({ ...said, payload: Object.assign(said.payload, { dialect: ['new'] }) })
    const late = (said: Said): Said => ({ ...said, payload: { ...said.payload, dialect: ['new'] } })
    for (const event of ['hello', 'challenge'] as const) {
      const [a, b] = event === 'hello' ? [{ protocol }, {}] : [{}, { protocol }]
      const isMeant = (said: Said): boolean => said.event === event
      expect(converse(dialler(a), acceptor(b), said => (isMeant(said) ? more(said) : said)).dialler.type).toBe('done')
      const forged = converse(dialler(a), acceptor(b), said => (isMeant(said) ? late(said) : said))
      expect([forged.dialler, forged.acceptor]).toContainEqual(refused('KAYAK_NOT_AUTHORIZED'))
    }
  })

  test('what a refusal says further is ignored', () => {
    const payload = { code: 'KAYAK_VERSION', reason: 'too old', since: 3 }
    expect(dialler().receive('refused', payload)).toMatchObject({ code: 'KAYAK_VERSION', isTheirs: true })
  })

  test('versions that have none in common are refused with both, and who is to be upgraded', () => {
    const { acceptor: b } = converse(
      dialler({ protocol: speaking({ oldest: 3, newest: 4 }) }),
      acceptor({ protocol: speaking({ oldest: 1, newest: 2 }) }),
    )
    const reason = 'one side speaks versions 1 to 2, the other versions 3 to 4: upgrade the side of versions 1 to 2'
    expect(b).toMatchObject({ code: 'KAYAK_VERSION', reason })
  })

  test('an oldest version that is newer than the newest is none', () => {
    const hello: object = saidIn(dialler().opening)?.payload ?? {}
    expect(acceptor().receive('hello', { ...hello, oldest: 2 })).toEqual(refused('KAYAK_INVALID'))
  })

  test('another version is told from nonsense, whatever its fields', () => {
    expect(acceptor().receive('hello', { version: 2, who: 'knows' })).toEqual(refused('KAYAK_VERSION'))
    expect(acceptor().receive('hello', { version: '2' })).toEqual(refused('KAYAK_INVALID'))
  })

  test.each([undefined, null, 1, 'text', [], {}, new Uint8Array(3), JSON.parse('{"__proto__":{"version":1}}')])(
    'a hello that is %p is refused',
    payload => {
      expect(acceptor().receive('hello', payload)).toEqual(refused('KAYAK_INVALID'))
      expect(dialler().receive('challenge', payload)).toEqual(refused('KAYAK_INVALID'))
      expect(dialler().receive('refused', payload)).toEqual(refused('KAYAK_INVALID'))
    },
  )

  test('a field missing, wrong or besides is refused by its name', () => {
    const hello: object = saidIn(dialler().opening)?.payload ?? {}
    const wrong = {
      version: 1.5,
      oldest: 0,
      memberId: 'A'.repeat(32),
      clusterId: 7,
      address: 'x',
      nonce: 'ff',
      method: 'md5',
    }
    for (const [field, value] of Object.entries({ ...wrong, besides: 1 })) {
      const step = acceptor().receive('hello', { ...hello, [field]: value })
      expect(step).toMatchObject({
        type: 'refused',
        reason: naming(field),
      })
    }
    const nothing = acceptor().receive('hello', { ...hello, clusterId: null })
    expect(nothing).toMatchObject({ type: 'refused', reason: naming('clusterId') })
    for (const field of ['version', 'oldest', 'memberId', 'address', 'nonce', 'method']) {
      const step = acceptor().receive('hello', { ...hello, [field]: undefined })
      expect(step).toMatchObject({ type: 'refused', code: 'KAYAK_INVALID', reason: naming(field) })
    }
  })
})
