import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, first } from '../../lib/testing/storage-kit/environment'
import { decodeFrame } from '../../plugins/transport-socketio/wire'
import { decodeSteps } from '../../streams/contracts/change-codec'
import { decodeEntries } from '../../streams/contracts/entry-codec'
import { decodeMessage, MESSAGE_TYPES } from '../../streams/contracts/messages'
import { PROTOCOL } from '../../streams/contracts/messages/versions'
import { VERSIONS } from '../../streams/contracts/protocol'
import { decodeRoster } from '../../streams/contracts/roster-codec'
import { open$ } from '../../streams/replica/open'
import { SessionTable } from '../../streams/replica/sessions'
import type { LogEntry } from '../../streams/rules/entry'
import { filesOf, holds, KINDS, storageIn, writeFolder, type Held } from './data-folder'
import { folderOf, isWriting, kept, read, versions, write } from './golden'
import { frameOf, handshakes, messages, replicated, SECRETS, sides, type Goldens, type Said } from './made'

/*
 * What this version says and writes, as it was when it was written down, and what earlier versions did: a change of a
 * format shows here, and is one of the next version. `node test/golden/write.cjs` writes those of this version.
 */
const { newest } = VERSIONS
const HOW = 'a format has changed, or a message: is it of another version? node test/golden/write.cjs'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kayak-golden-'))
  if (!isWriting) return
  await rm(folderOf(newest), { recursive: true, force: true })
  await write(newest, 'messages', messages())
  await write(newest, 'replicated', replicated())
  await write(newest, 'handshakes', handshakes())
  for (const kind of KINDS) {
    await writeFolder(kind, join(folderOf(newest), kind))
    await cp(join(folderOf(newest), kind), join(folder, `written ${kind}`), { recursive: true })
    await write(newest, kind, await holds(kind, join(folder, `written ${kind}`)))
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** Compared as it is kept, so that a difference is told in digits. */
const same = (made: unknown, golden: unknown): void => expect([HOW, kept(made)]).toEqual([HOW, kept(golden)])

describe('this version', () => {
  test('has golden files, of every type of message', () => {
    expect(Object.keys(read<object>(newest, 'messages')).sort()).toEqual([...MESSAGE_TYPES].sort())
  })

  test.each([
    ['messages', messages],
    ['replicated', replicated],
    ['handshakes', handshakes],
  ])('encodes as it did: %s', (name, make) => same(make(), read(newest, name)))

  test.each(KINDS)('writes the files of a folder as it did: %s', async kind => {
    await writeFolder(kind, join(folder, `anew ${kind}`))
    same(await filesOf(join(folder, `anew ${kind}`)), await filesOf(join(folderOf(newest), kind)))
  })
})

describe.each([...new Set([...versions, newest])])('what version %i has said and written', version => {
  test('as a message is what it was', () => {
    for (const goldens of Object.values(read<Readonly<Record<string, readonly Golden[]>>>(version, 'messages')))
      for (const { value, bytes } of goldens) {
        const said = decodeFrame(bytes).value
        same(said, value)
        const checked = decodeMessage(PROTOCOL.fromVersion(said, version))
        expect(checked).toMatchObject({ ok: true })
        if (checked.ok && version === newest) same(checked.value.message, value)
      }
  })

  test('of what all members have is what it was', () => {
    const { entries, rosters, changes, sessions } = read<Replicated>(version, 'replicated')
    const decoders = [
      [entries, decodeEntries],
      [rosters, decodeRoster],
      [changes, decodeSteps],
    ] as const
    for (const [goldens, decode] of decoders)
      for (const { value, bytes } of Object.values(goldens)) same(decode(bytes), value)
    const table = SessionTable.decode(sessions.bytes)
    for (const { session, number, index, term, time } of sessions.value)
      expect(table.find(session, number)).toMatchObject({ index, term, time })
    expect(table.find('00'.repeat(10), 1)).toBeUndefined()
  })

  test.each(['with a secret', 'without one'] as const)('as a handshake %s is understood', name => {
    const said = read<Readonly<Record<string, readonly Said[]>>>(version, 'handshakes')[name] ?? []
    for (const { event, value, bytes } of said) {
      same(decodeFrame(bytes).value, value)
      same(frameOf(event, value), bytes)
    }
    const { acceptor, dialler } = sides(SECRETS[name])
    const [hello, challenge, proof, welcome] = said
    expect(acceptor.receive('hello', hello?.value)).toMatchObject({ type: 'say', event: 'challenge' })
    expect(dialler.receive('challenge', challenge?.value)).toMatchObject({ type: 'say', event: 'proof' })
    expect([acceptor.tongue.version, dialler.tongue.version]).toEqual([version, version])
    if (version !== newest) return
    expect(acceptor.receive('proof', proof?.value)).toMatchObject({ type: 'done' })
    expect(dialler.receive('welcome', welcome?.value)).toMatchObject({ type: 'done' })
  })

  test.each(KINDS)('into a folder is there: %s', async kind => {
    const dataDir = join(folder, `${kind} of ${version}`)
    await cp(join(folderOf(version), kind), dataDir, { recursive: true })
    same(await holds(kind, dataDir), read<Held>(version, kind))
    const storage = storageIn(kind, dataDir)
    const { rosters, sessions } = await first(open$(storage))
    expect(rosters.map(({ voters }) => voters.map(({ address }) => address))).toEqual([['127.0.0.1:7001']])
    const { value } = read<Replicated>(version, 'replicated').sessions
    for (const { session, number, index } of value) expect(sessions.find(session, number)).toMatchObject({ index })
    await done(storage.close())
  })
})

interface Golden {
  readonly value: object
  readonly bytes: Uint8Array
}

interface Replicated {
  readonly entries: Goldens
  readonly rosters: Goldens
  readonly changes: Goldens
  readonly sessions: { readonly value: readonly LogEntry[]; readonly bytes: Uint8Array }
}
