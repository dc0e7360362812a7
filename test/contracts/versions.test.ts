import fc from 'fast-check'
import { PROTOCOL, translation, type VersionStep } from '../../streams/contracts/messages/versions'
import { encodeEntries } from '../../streams/contracts/entry-codec'
import { AppendEntries, decodeMessage, message } from '../../streams/contracts/messages'
import { encodeRoster } from '../../streams/contracts/roster-codec'
import { EMPTY_ROSTER } from '../../streams/rules/roster'
import { agreedVersion, apartText, VERSIONS, type Versions } from '../../streams/contracts/protocol'

const versions = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }))
  .map(([oldest, more]): Versions => ({ oldest, newest: oldest + more }))
const speaks = ({ oldest, newest }: Versions, version: number): boolean => version >= oldest && version <= newest

describe('the version in which two talk', () => {
  test('is the newest that both speak, whoever asks, if there is one', () => {
    fc.assert(
      fc.property(versions, versions, (one, other) => {
        const common = Array.from({ length: 20 }, (_, at) => at).filter(at => speaks(one, at) && speaks(other, at))
        expect(agreedVersion(one, other)).toBe(common.at(-1))
        expect(agreedVersion(other, one)).toBe(common.at(-1))
      }),
    )
  })

  test('is told of in the same words by both, where there is none', () => {
    const [older, newer] = [
      { oldest: 1, newest: 1 },
      { oldest: 2, newest: 3 },
    ]
    expect(apartText(older, newer)).toBe(apartText(newer, older))
    expect(apartText(older, newer)).toContain('upgrade the side of version 1')
  })

  test('is one of this software, with itself', () => {
    expect(agreedVersion(VERSIONS, VERSIONS)).toBe(VERSIONS.newest)
    expect(PROTOCOL).toMatchObject(VERSIONS)
  })
})

describe('messages between versions', () => {
  /** Version 2 knows a field more, 3 calls it otherwise and has a message of its own. */
  const steps = new Map<number, VersionStep>([
    [
      2,
      {
        down: ({ urgent: _, ...rest }) => rest,
        up: message => ({ ...message, urgent: false }),
      },
    ],
    [
      3,
      {
        down: ({ hurry, ...rest }) => (rest['type'] === 'hush' ? undefined : { ...rest, urgent: hurry }),
        up: ({ urgent, ...rest }) => ({ ...rest, hurry: urgent }),
      },
    ],
  ])
  const { toVersion, fromVersion } = translation(steps, 3)

  test('go down and come up one version after another', () => {
    const message = { type: 'call', hurry: true }
    expect(toVersion(message, 3)).toBe(message)
    expect(toVersion(message, 2)).toEqual({ type: 'call', urgent: true })
    expect(toVersion(message, 1)).toEqual({ type: 'call' })
    expect(fromVersion({ type: 'call' }, 1)).toEqual({ type: 'call', hurry: false })
    expect(fromVersion({ type: 'call', urgent: true }, 2)).toEqual(message)
    expect(fromVersion(message, 3)).toBe(message)
  })

  test('that an older version has not are not said in it', () => {
    expect(toVersion({ type: 'hush', hurry: true }, 1)).toBeUndefined()
  })

  test.each([
    [VERSIONS.newest, true],
    [VERSIONS.newest + 1, false],
  ])('that raise the version of what is replicated to %i are taken: %p', (version, ok) => {
    const settings = { ...EMPTY_ROSTER.settings, version }
    const roster = { kind: 'roster', payload: encodeRoster({ ...EMPTY_ROSTER, index: 1, settings }) } as const
    const entries = encodeEntries([{ index: 1, term: 1, time: 1, session: '', number: 0, ...roster }])
    const fields = { term: 1, incarnation: 1, prevIndex: 0, prevTerm: 0, commit: 0, round: 0 }
    expect(decodeMessage(message(AppendEntries, { ...fields, entries })).ok).toBe(ok)
  })

  test('that are none are left as they are', () => {
    for (const none of [undefined, null, 1, 'text', [1], new Uint8Array(2)]) expect(fromVersion(none, 1)).toBe(none)
  })

  test('stay as they are where a version changes none', () => {
    const message = { type: 'call' }
    const plain = translation(new Map(), 5)
    expect(plain.toVersion(message, 1)).toBe(message)
    expect(plain.fromVersion(message, 1)).toBe(message)
  })
})
